// @ts-check
/** How the dossier of the open document stands: an item of the status bar, and a dialog with steps. */

const VERSION = new URL(import.meta.url).search; // see remoteEntry.js
const { choose, front, here, local } = /** @type {typeof import('./places.js')} */ (await import(`./places.js${VERSION}`));
const { next } = /** @type {typeof import('./steps.js')} */ (await import(`./steps.js${VERSION}`));
const { ask, at, attempt, element, say, text } = /** @type {typeof import('./talk.js')} */ (await import(`./talk.js${VERSION}`));

/** @typedef {import('./talk.js').Standing} Standing */

export const WHY = 'synthnb:why';
/** @type {Record<string, string>} */
const SIGNS = { draft: '✎', blocked: '✗', passed: '✓', released: '★', expired: '⌛', withdrawn: '⊘' };

/**
 * Return the item, hidden, and the words in it, which are a button.
 * @param {import('./talk.js').Lab} lab
 */
function made({ app, widgets }) {
  const state = element('button', '', 'background:none;border:0;padding:0 4px;margin:0;color:inherit;cursor:pointer');
  state.className = 'jp-StatusBar-TextItem synthnb-state';
  state.onclick = () => void app.commands.execute(WHY);
  const item = new widgets.Widget();
  item.addClass('jp-mod-highlighted');
  item.node.setAttribute('role', 'status');
  item.node.append(state);
  item.hide();
  return { item, state };
}

/**
 * Show how the dossier stands that is looked at, and add the command that says why.
 * @param {import('./talk.js').Lab} lab
 * @param {import('./talk.js').Card[]} cards
 * @param {import('@jupyterlab/ui-components').LabIcon} icon
 */
export function standing(lab, cards, icon) {
  const { app, bar } = lab;
  const { item, state } = made(lab);
  let last = ''; // the document last looked at
  let asked = 0;

  /**
   * Ask how the dossier stands, and show it; a late answer to an early question is not shown.
   * @returns {Promise<Partial<Standing>>}
   */
  async function known() {
    const mine = ++asked;
    /** @type {Partial<Standing>} */
    let found = {};
    try {
      return (found = await ask(lab, `status${at(last)}`));
    } finally {
      mine === asked && !item.isDisposed && put(found);
    }
  }

  /** @param {Partial<Standing>} found */
  function put(found) {
    item.setHidden(!found.word);
    if (found.word) {
      const words = `${SIGNS[found.word] || ''} ${found.name}: ${found.word}`;
      if (state.textContent !== words) {
        state.textContent = words;
      }
      const first = (found.steps || []).slice(0, 1).map(step => `Next: ${step.say}`);
      state.title = [...(found.why || []), ...first].join('\n');
    }
  }

  /** Ask where nobody waits for an answer: without one, no state is shown. */
  const refresh = () => known().catch(() => {});

  let timer = 0;
  /** Ask once work has come to rest: a form may have changed the charter or the plan. */
  function soon() {
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(), 1000);
  }

  const seen = new WeakSet();
  function look() {
    const context = front(lab);
    if (context) {
      last = local(lab, context.path);
      if (!seen.has(context)) {
        seen.add(context);
        context.saveState.connect((_, state) => {
          state === 'completed' && void refresh();
        });
        context.sessionContext.statusChanged.connect((_, status) => {
          status === 'idle' && soon();
        });
      }
    }
    if (last) {
      void refresh();
    }
  }

  /** @param {import('./places.js').Args} args */
  async function why(args) {
    const spot = args.cwd === undefined ? { path: last || here(lab) } : await choose(lab, local(lab, text(args.cwd)));
    if (!spot) {
      return;
    }
    last = spot.path;
    const about = /** @type {Standing} */ (await known());
    if (!about.word) {
      return say(lab, 'No dossier', 'The open document lies in no dossier.');
    }
    /** @type {(() => Promise<unknown>)[]} */
    const chosen = [];
    await say(lab, `${about.name}: ${about.word}`, about.why.join('\n'), close => next(lab, about, {
      leave: act => {
        chosen.push(act);
        close();
      },
      known: file => cards.some(card => card.file === file),
      spoken: () => void refresh()
    }));
    for (const act of chosen) {
      await act();
    }
  }

  app.commands.addCommand(WHY, {
    label: args => text(args.title) || 'How does this dossier stand?',
    caption: 'How the dossier stands, and what to do next',
    icon: args => (args.title ? icon : undefined),
    execute: args => attempt(lab, 'The step cannot be taken', () => why(args))
  });
  bar && bar.registerStatusItem('synthnb:state', { item, align: 'left', rank: 90 });
  app.shell.currentChanged && app.shell.currentChanged.connect(look);
  window.addEventListener('focus', look);
  void app.restored.then(look);
}
