// @ts-check
/** Where the person is, which dossier that means, and how its files are opened. */

const VERSION = new URL(import.meta.url).search; // see remoteEntry.js
const { ask, at } = /** @type {typeof import('./talk.js')} */ (await import(`./talk.js${VERSION}`));

/** @typedef {import('./talk.js').Lab} Lab */
/** @typedef {import('@jupyterlab/docregistry').DocumentRegistry.Context} Context */
/** @typedef {import('@lumino/coreutils').ReadonlyPartialJSONObject} Args of a command */

/** @type {Record<string, string>} */
const FACTORIES = { '.ipynb': 'Notebook', '.html': 'HTML Viewer', '.pdf': 'PDF' };

/**
 * Return what stands behind the document in front.
 * @param {Lab} lab
 */
export function front({ app }) {
  const widget = /** @type {{context?: Context} | null} */ (app.shell.currentWidget);
  return widget && widget.context;
}

/**
 * Return a path without the drive that JupyterLab may put before it.
 * @param {Lab} lab
 * @param {string} [path]
 */
export const local = ({ app }, path) => app.serviceManager.contents.localPath(path || '');

/**
 * Return where a command from the palette is about: the open document, else the file browser.
 * @param {Lab} lab
 */
export function here(lab) {
  const context = front(lab);
  return local(lab, context ? context.path : lab.browser ? lab.browser.model.path : '');
}

/**
 * Return the dossier that a path means; ask where there are several.
 * @param {Lab} lab
 * @param {string} path
 */
export async function choose(lab, path) {
  /** @type {import('./talk.js').Around} */
  const found = await ask(lab, `dossiers${at(path)}`);
  if (found.here) {
    return found.here;
  }
  if (!found.dossiers.length) {
    throw new Error('There is no dossier in this workspace.\nWhat to do: make one with the card “New dossier”.');
  }
  const items = found.dossiers.map(spot => spot.name);
  const answer = await lab.apputils.InputDialog.getItem({ title: 'For which dossier?', label: 'Dossier', items });
  return found.dossiers.find(spot => answer.button.accept && spot.name === answer.value);
}

/**
 * Open a file, as a reader wants to see it.
 * @param {Lab} lab
 * @param {string} path
 * @returns {Promise<unknown>}
 */
export function show({ app }, path) {
  const factory = FACTORIES[(/\.\w+$/.exec(path) || [''])[0]];
  const known = factory && app.docRegistry.getWidgetFactory(factory);
  return app.commands.execute('docmanager:open', known ? { path, factory } : { path });
}

/**
 * Open a stock notebook of a dossier, or of the workspace; it is copied there if it is not yet.
 * @param {Lab} lab
 * @param {string} path
 * @param {string} file
 */
export async function stock(lab, path, file) {
  return show(lab, (await ask(lab, 'notebooks', { path, file })).path);
}
