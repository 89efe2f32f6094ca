// @ts-check
/** Talking: with the server, with the person, and what each says. */

/**
 * @typedef {object} Lab what JupyterLab gives: packages, itself, and parts that it may lack
 * @property {typeof import('@jupyterlab/apputils')} apputils
 * @property {typeof import('@jupyterlab/coreutils')} coreutils
 * @property {typeof import('@jupyterlab/services')} services
 * @property {typeof import('@jupyterlab/ui-components')} ui
 * @property {typeof import('@lumino/widgets')} widgets
 * @property {import('@jupyterlab/application').JupyterFrontEnd} app
 * @property {import('@jupyterlab/launcher').ILauncher | null} launcher
 * @property {import('@jupyterlab/apputils').ICommandPalette | null} palette
 * @property {import('@jupyterlab/filebrowser').IDefaultFileBrowser | null} browser
 * @property {import('@jupyterlab/statusbar').IStatusBar | null} bar
 */
/** @typedef {{of: string, room: string, file: string, title: string, caption: string}} Card */
/** @typedef {{name: string, path: string}} Spot */
/** @typedef {{here: Spot | null, dossiers: Spot[]}} Around */
/** @typedef {{say: string, command: string, typed: string, open: string}} Step */
/** @typedef {{name: string, path: string, root: string, word: string, why: string[], steps: Step[]}} Standing */
/** @typedef {{message?: string, problems?: string[], advice?: string}} Refusal */

/** @param {string} path */
export const at = path => `?path=${encodeURIComponent(path)}`;

/**
 * Return an argument of a command; what is no text is as if it were not given.
 * @param {unknown} value
 */
export const text = value => (typeof value === 'string' ? value : '');

/**
 * Return a new element with words in it.
 * @template {keyof HTMLElementTagNameMap} Kind
 * @param {Kind} kind
 * @param {string} words
 * @param {string} [style]
 */
export function element(kind, words, style = '') {
  const made = document.createElement(kind);
  made.textContent = words;
  made.style.cssText = style;
  return made;
}

/**
 * Ask the server; what it refuses is thrown with all of its words.
 * @param {Lab} lab
 * @param {string} what
 * @param {Record<string, string>} [body] to change something; without, to read
 */
export async function ask({ app, coreutils, services }, what, body) {
  const settings = app.serviceManager.serverSettings;
  const url = coreutils.URLExt.join(settings.baseUrl, 'synthnb', what);
  const request = body ? { method: 'POST', body: JSON.stringify(body) } : {};
  const response = await services.ServerConnection.makeRequest(url, request, settings);
  const found = await response.json().catch(() => ({}));
  if (!response.ok) {
    const { message, problems, advice } = /** @type {Refusal} */ (found);
    const words = [message || `The server answered ${response.status}.`];
    words.push(...(problems || []).map(problem => `– ${problem}`));
    if (advice) {
      words.push(`What to do: ${advice}.`);
    }
    throw new Error(words.join('\n'));
  }
  return found;
}

/**
 * Show lines in a dialog, and what else there is.
 * @param {Lab} lab
 * @param {string} title
 * @param {string} lines
 * @param {(close: () => void) => HTMLElement[]} [more]
 */
export async function say({ apputils, widgets }, title, lines, more) {
  const body = new widgets.Widget();
  body.node.style.cssText = 'max-width:46em;line-height:1.4;user-select:text';
  const buttons = [apputils.Dialog.okButton({ label: 'Close' })];
  const dialog = new apputils.Dialog({ title, body, buttons, focusNodeSelector: more && '[tabindex]' });
  const frame = dialog.node.firstElementChild;
  if (frame instanceof HTMLElement) {
    frame.style.maxHeight = '85vh';
  }
  const words = element('div', '', 'padding:.3em;outline-color:var(--jp-brand-color1)');
  words.append(...lines.split('\n').map(line => element('p', line, 'margin:0 0 .6em')));
  body.node.append(words);
  if (more) {
    words.tabIndex = 0; // reading begins here, and Tab leads on to the first button
    words.setAttribute('role', 'group');
    words.setAttribute('aria-label', `${title}. ${lines}`);
    body.node.append(...more(() => dialog.reject()));
  }
  await dialog.launch();
  dialog.dispose();
}

/**
 * Run a step and show what went wrong in a dialog.
 * @param {Lab} lab
 * @param {string} title
 * @param {() => Promise<unknown>} step
 */
export async function attempt(lab, title, step) {
  try {
    return await step();
  } catch (error) {
    return say(lab, title, error instanceof Error ? error.message : String(error));
  }
}
