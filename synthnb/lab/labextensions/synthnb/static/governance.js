// @ts-check
/** The section "Governance" of the launcher and the command palette: a card for every notebook. */

const VERSION = new URL(import.meta.url).search; // see remoteEntry.js
const { icons } = /** @type {typeof import('./icons.js')} */ (await import(`./icons.js${VERSION}`));
const { choose, here, local, show, stock } = /** @type {typeof import('./places.js')} */ (await import(`./places.js${VERSION}`));
const { WHY, standing } = /** @type {typeof import('./standing.js')} */ (await import(`./standing.js${VERSION}`));
const { ask, attempt, text } = /** @type {typeof import('./talk.js')} */ (await import(`./talk.js${VERSION}`));

/** @typedef {import('./talk.js').Lab} Lab */
/** @typedef {import('./talk.js').Card} Card */
/** @typedef {import('./places.js').Args} Args */

const CATEGORY = 'Governance';
const OPEN = 'synthnb:open';
const NEW = 'synthnb:new-dossier';

/**
 * Return the folder that a command is about: a launcher says which, the palette does not.
 * @param {Lab} lab
 * @param {Args} args
 */
const folder = (lab, { cwd }) => (cwd === undefined ? here(lab) : local(lab, text(cwd)));

/**
 * Open the notebook of a card.
 * @param {Lab} lab
 * @param {Args} args
 */
async function open(lab, args) {
  const path = folder(lab, args);
  const place = args.of === 'workspace' ? { path } : await choose(lab, path);
  return place && stock(lab, place.path, text(args.file));
}

/**
 * Ask for a name, make a dossier, and open its first notebook.
 * @param {Lab} lab
 * @param {Args} args
 */
async function make(lab, args) {
  const path = folder(lab, args);
  const answer = await lab.apputils.InputDialog.getText({
    title: 'New dossier',
    label: 'Short name of the table: letters, digits, “-” and “_”',
    okLabel: 'Make it'
  });
  if (answer.button.accept) {
    const made = await ask(lab, 'dossiers', { path, name: answer.value || '' });
    return show(lab, made.path);
  }
}

/**
 * Add everything.
 * @param {Lab} lab
 */
export function begin(lab) {
  const { app, coreutils, launcher, palette, ui } = lab;
  /** @type {Card[]} */
  const cards = JSON.parse(coreutils.PageConfig.getOption('synthnbCards') || '[]');
  const drawn = icons(ui);
  app.commands.addCommand(OPEN, {
    label: args => text(args.title) || 'Governance notebook',
    caption: args => text(args.caption),
    icon: args => drawn[text(args.room)],
    execute: args => attempt(lab, 'The notebook cannot be opened', () => open(lab, args))
  });
  app.commands.addCommand(NEW, {
    label: 'New dossier',
    caption: 'Begin with a new table: a charter and a plan to fill',
    icon: () => drawn.new,
    execute: args => attempt(lab, 'The dossier was not made', () => make(lab, args))
  });
  if (!cards.length) {
    return; // the server has no part of ours
  }
  standing(lab, cards, drawn.next);
  /** @type {{command: string, args: Record<string, string>}[]} */
  const all = [
    { command: NEW, args: {} },
    { command: WHY, args: { title: 'Next step' } },
    ...cards.map(card => ({ command: OPEN, args: { ...card } }))
  ];
  all.forEach(({ command, args }, rank) => {
    launcher && launcher.add({ command, args, category: CATEGORY, rank, categoryRank: -1 });
    palette && palette.addItem({ command, args: command === WHY ? {} : args, category: CATEGORY, rank });
  });
}
