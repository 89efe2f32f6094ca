// @ts-check
/**
 * What JupyterLab loads of synthnb: a section "Governance" in the launcher and the command palette,
 * the state of the open notebook's dossier in the status bar, and saved forms that can be read.
 *
 * A container of module federation, written by hand: JupyterLab calls `init` with the packages that
 * it shares, then `get` for the plugins. JupyterLab waits for both, and for a module without
 * `__esModule` it does not start at all. So `get` always yields a list of plugins, and nothing here
 * waits for the server before JupyterLab has started: what a plugin does is in a module of its own,
 * which may come later or not at all.
 *
 * Browsers keep these files for a year. So JupyterLab asks for this one with a version, which stands
 * in `package.json` and changes with every file, and each module is asked for with the same.
 */
(function () {
  'use strict';

  /** @typedef {import('@jupyterlab/application').JupyterFrontEnd} App */
  /** @typedef {Record<string, Record<string, {get: () => Promise<() => unknown>}>>} Scope */
  /** @typedef {{init: (shares: Scope) => void, get: () => Promise<() => object>}} Container */
  /**
   * @typedef {{
   *   '@jupyterlab/apputils': typeof import('@jupyterlab/apputils'),
   *   '@jupyterlab/coreutils': typeof import('@jupyterlab/coreutils'),
   *   '@jupyterlab/filebrowser': typeof import('@jupyterlab/filebrowser'),
   *   '@jupyterlab/launcher': typeof import('@jupyterlab/launcher'),
   *   '@jupyterlab/notebook': typeof import('@jupyterlab/notebook'),
   *   '@jupyterlab/services': typeof import('@jupyterlab/services'),
   *   '@jupyterlab/statusbar': typeof import('@jupyterlab/statusbar'),
   *   '@jupyterlab/ui-components': typeof import('@jupyterlab/ui-components'),
   *   '@lumino/widgets': typeof import('@lumino/widgets')
   * }} Packages
   */
  /**
   * @typedef {{
   *   'governance.js': typeof import('./governance.js'),
   *   'again.js': typeof import('./again.js'),
   *   'reach.js': {}
   * }} Parts
   */

  const FROM = new URL(document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : location.href);

  /** @type {Scope} */
  let scope = {};

  /**
   * Return a package that JupyterLab shares.
   * @template {keyof Packages} Name
   * @param {Name} name
   */
  async function shared(name) {
    const versions = Object.values(scope[name] || {});
    if (!versions.length) {
      throw new Error(`JupyterLab shares no ${name}`);
    }
    return /** @type {Packages[Name]} */ ((await versions[0].get())());
  }

  /**
   * Load a module of ours and let it do its part; whatever is wrong with it, all else works.
   * @template {keyof Parts} Name
   * @param {Name} name
   * @param {(module: Parts[Name]) => void} begin
   */
  async function part(name, begin) {
    try {
      begin(await import(new URL(name + FROM.search, FROM).href));
    } catch (error) {
      console.warn(`synthnb does without ${name}:`, error);
    }
  }

  async function governance() {
    const [launching, browsing, bars, apputils, coreutils, services, ui, widgets] = await Promise.all([
      shared('@jupyterlab/launcher'),
      shared('@jupyterlab/filebrowser'),
      shared('@jupyterlab/statusbar'),
      shared('@jupyterlab/apputils'),
      shared('@jupyterlab/coreutils'),
      shared('@jupyterlab/services'),
      shared('@jupyterlab/ui-components'),
      shared('@lumino/widgets')
    ]);
    return {
      id: 'synthnb:plugin',
      description: 'Launcher cards and the state of a dossier',
      autoStart: true,
      optional: [launching.ILauncher, apputils.ICommandPalette, browsing.IDefaultFileBrowser, bars.IStatusBar],
      /**
       * @param {App} app
       * @param {import('@jupyterlab/launcher').ILauncher | null} launcher
       * @param {import('@jupyterlab/apputils').ICommandPalette | null} palette
       * @param {import('@jupyterlab/filebrowser').IDefaultFileBrowser | null} browser
       * @param {import('@jupyterlab/statusbar').IStatusBar | null} bar
       */
      activate: (app, launcher, palette, browser, bar) => {
        const lab = { apputils, coreutils, services, ui, widgets, app, launcher, palette, browser, bar };
        void part('governance.js', ({ begin }) => begin(lab));
      }
    };
  }

  async function again() {
    const { INotebookTracker } = await shared('@jupyterlab/notebook');
    return {
      id: 'synthnb:again',
      description: 'What was saved of widgets, where a notebook is opened again',
      autoStart: true,
      requires: [INotebookTracker],
      /**
       * @param {App} _app
       * @param {import('@jupyterlab/notebook').INotebookTracker} tracker
       */
      activate: (_app, tracker) => void part('again.js', ({ begin }) => begin(tracker))
    };
  }

  /** Return the module that JupyterLab takes the plugins from. */
  async function extension() {
    void part('reach.js', () => {});
    const found = await Promise.allSettled([governance(), again()]);
    const plugins = found.flatMap(each => {
      if (each.status === 'fulfilled') {
        return [each.value];
      }
      console.warn('A plugin of synthnb is left out:', each.reason);
      return [];
    });
    return { __esModule: true, default: plugins };
  }

  const page = /** @type {{_JUPYTERLAB?: Record<string, Container>}} */ (window);
  page._JUPYTERLAB = page._JUPYTERLAB || {};
  page._JUPYTERLAB.synthnb = {
    init: shares => {
      scope = shares;
    },
    get: async () => {
      const module = await extension();
      return () => module;
    }
  };
})();
