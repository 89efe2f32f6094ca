// @ts-check
/** The next steps of a dossier, as buttons: a notebook to open, or a line for a terminal. */

const VERSION = new URL(import.meta.url).search; // see remoteEntry.js
const { show, stock } = /** @type {typeof import('./places.js')} */ (await import(`./places.js${VERSION}`));
const { element } = /** @type {typeof import('./talk.js')} */ (await import(`./talk.js${VERSION}`));

/** @typedef {import('./talk.js').Lab} Lab */
/** @typedef {import('./talk.js').Standing} Standing */
/** @typedef {import('./talk.js').Step} Step */
/**
 * @typedef {object} Ways what a button needs of the place where it is shown
 * @property {(act: () => Promise<unknown>) => void} leave closes the dialog, then acts
 * @property {(file: string) => boolean} known whether a file is a stock notebook
 * @property {() => void} spoken what to do when a terminal has spoken, and fallen silent
 */
/** @typedef {import('@jupyterlab/apputils').MainAreaWidget<import('@lumino/widgets').Widget & {ready: Promise<void>}>} Panel */

const TERMINAL = 'terminal:create-new';
const CODE = 'flex:auto;padding:.4em .6em;user-select:text;white-space:pre-wrap;overflow-wrap:anywhere;font-family:var(--jp-code-font-family);font-size:var(--jp-code-font-size);color:var(--jp-ui-font-color1);background:var(--jp-layout-color2)';

/**
 * Type a line into a new terminal, and leave it to the person to send it off.
 * @param {Lab} lab
 * @param {string} cwd
 * @param {string} line
 * @param {Ways['spoken']} spoken
 */
async function type({ app }, cwd, line, spoken) {
  const session = await app.serviceManager.terminals.startNew({ cwd });
  let timer = 0;
  /** @type {Promise<void>} */
  const prompt = new Promise(resolve => {
    setTimeout(resolve, 5000);
    session.messageReceived.connect((_, message) => {
      if (message.type === 'stdout') {
        resolve(); // before there is a prompt, the line would be shown twice
        clearTimeout(timer);
        timer = window.setTimeout(spoken, 1000);
      }
    });
  });
  /** @type {Panel} */
  const panel = await app.commands.execute(TERMINAL, { name: session.name });
  panel.disposed.connect(() => session.dispose());
  await Promise.all([prompt, panel.content.ready]);
  session.send({ type: 'stdin', content: [line] });
}

/** @param {Lab} lab */
const terminals = ({ app, coreutils }) =>
  /^true$/i.test(coreutils.PageConfig.getOption('terminalsAvailable')) && app.commands.hasCommand(TERMINAL);

/**
 * Return a button for a step.
 * @param {Lab} lab
 * @param {Standing} about
 * @param {Step} step
 * @param {Ways} ways
 */
function button(lab, about, step, { leave, known, spoken }) {
  const file = step.open.split('/').pop() || '';
  const made = element('button', 'Copy', 'flex:none');
  if (step.open) {
    made.textContent = 'Open';
    made.onclick = () => leave(() => (known(file) ? stock(lab, about.path, file) : show(lab, step.open)));
  } else if (terminals(lab)) {
    made.textContent = 'Type it in a terminal';
    made.onclick = () => leave(() => type(lab, about.root, step.typed, spoken));
  } else {
    made.onclick = () => {
      lab.apputils.Clipboard.copyToSystem(step.typed);
      made.textContent = 'Copied';
    };
  }
  made.className = 'jp-mod-styled jp-mod-accept synthnb-do';
  made.setAttribute('aria-label', `${made.textContent}: ${step.open ? file : step.command}`);
  return made;
}

/**
 * Return the steps of a dossier, for a dialog.
 * @param {Lab} lab
 * @param {Standing} about
 * @param {Ways} ways
 */
export function next(lab, about, ways) {
  const list = element('ol', '', 'margin:0;padding-left:1.6em');
  for (const step of about.steps) {
    const entry = element('li', '', 'margin:0 0 .9em');
    entry.append(element('div', step.say));
    if (step.command || step.open) {
      const row = element('div', '', 'display:flex;gap:.8em;align-items:center;margin-top:.3em');
      row.append(element('code', step.command || step.open, CODE), button(lab, about, step, ways));
      entry.append(row);
    }
    list.append(entry);
  }
  return [element('h3', 'What to do next', 'margin:1.2em 0 .6em'), list];
}
