// @ts-check
/**
 * What JupyterLab loads of synthnb: a section "Governance" in the launcher and the command palette,
 * and the state of the open notebook's dossier in the status bar.
 *
 * A container of module federation, written by hand: JupyterLab calls `init` with the packages that
 * it shares, then `get` for the plugin. JupyterLab waits for both, and for a module without
 * `__esModule` it does not start at all. So `get` always yields a plugin, and nothing here waits
 * for the server before JupyterLab has started.
 */
(function () {
  'use strict';

  /** @typedef {{room: string, file: string, title: string, caption: string}} Card */
  /** @typedef {{name: string, path: string}} Spot */
  /** @typedef {{here: Spot | null, dossiers: Spot[]}} Around */
  /** @typedef {{name?: string, word?: string, why?: string[]}} Standing */

  const CATEGORY = 'Governance';
  const OPEN = 'synthnb:open';
  const NEW = 'synthnb:new-dossier';
  const WHY = 'synthnb:why';
  const SIGNS = { draft: '✎', blocked: '✗', passed: '✓', released: '★', withdrawn: '⊘' };
  const SHAPES = {
    new: 'M3 5h6l2 2h10v12H3zm9 4v3H9v2h3v3h2v-3h3v-2h-3V9z',
    charter: 'M5 2h10l4 4v16H5zm3 7v2h8V9zm0 4v2h8v-2zm0 4v2h5v-2z',
    generation: 'M3 4h18v16H3zm2 5v3h4V9zm6 0v3h3V9zm5 0v3h3V9zM5 14v4h4v-4zm6 0v4h3v-4zm5 0v4h3v-4z',
    privacy: 'M12 2l8 3v6c0 5-3.400 9.500-8 11-4.600-1.500-8-6-8-11V5zm-1 13.500l6-6L15.500 8 11 12.500 8.500 10 7 11.500z',
    fairness: 'M11 3h2v2h6l3 8a3.500 3.500 0 0 1-7 0l2.500-6H13v12h4v2H7v-2h4V7H6.500L9 13a3.500 3.500 0 0 1-7 0l3-8h6z',
    utility: 'M3 20h18v2H3zm1-8h4v7H4zm6-5h4v12h-4zm6-5h4v17h-4z',
    lineage: 'M6 2a3 3 0 0 1 1 5.800V11h9V7.800a3 3 0 1 1 2 0V13h-5v3.200a3 3 0 1 1-2 0V13H5V7.800A3 3 0 0 1 6 2z'
  };

  /** @type {Record<string, Record<string, {get: () => Promise<() => any>}>>} */
  let scope = {};

  /**
   * Return a package that JupyterLab shares.
   * @param {string} name
   */
  async function shared(name) {
    const versions = Object.values(scope[name] || {});
    if (!versions.length) {
      throw new Error(`JupyterLab shares no ${name}`);
    }
    return (await versions[0].get())();
  }

  /** Return the module that JupyterLab takes the plugin from. */
  async function extension() {
    let plugin = { id: 'synthnb:plugin', autoStart: true, activate: () => {} };
    try {
      plugin = await governance();
    } catch (error) {
      console.warn('synthnb is left out:', error);
    }
    return { __esModule: true, default: plugin };
  }

  /** @returns {Promise<any>} the plugin */
  async function governance() {
    const names = ['launcher', 'apputils', 'filebrowser', 'statusbar', 'coreutils', 'services', 'ui-components'];
    const [launching, apputils, browsing, statusbar, coreutils, services, ui] = await Promise.all(
      names.map(name => shared(`@jupyterlab/${name}`))
    );
    const { Widget } = await shared('@lumino/widgets');
    const { Dialog, InputDialog, showDialog } = apputils;
    const { PageConfig, URLExt } = coreutils;
    const { ServerConnection } = services;

    /** @param {string} room */
    function icon(room) {
      const path = `<path class="jp-icon3" fill="#616161" fill-rule="evenodd" d="${SHAPES[room]}"/>`;
      const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="24" viewBox="0 0 24 24">${path}</svg>`;
      return new ui.LabIcon({ name: `synthnb:${room}`, svgstr });
    }

    /**
     * Ask the server; what it refuses is thrown with all of its words.
     * @param {any} settings
     * @param {string} what
     * @param {Record<string, string>} [body] to change something; without, to read
     */
    async function ask(settings, what, body) {
      const url = URLExt.join(settings.baseUrl, 'synthnb', what);
      const request = body ? { method: 'POST', body: JSON.stringify(body) } : {};
      const response = await ServerConnection.makeRequest(url, request, settings);
      const found = await response.json().catch(() => ({}));
      if (!response.ok) {
        const words = [found.message || `The server answered ${response.status}.`];
        words.push(...(found.problems || []).map(problem => `– ${problem}`));
        if (found.advice) {
          words.push(`What to do: ${found.advice}.`);
        }
        throw new Error(words.join('\n'));
      }
      return found;
    }

    /**
     * Show lines in a dialog.
     * @param {string} title
     * @param {string} text
     */
    function say(title, text) {
      const body = new Widget();
      body.node.style.cssText = 'max-width:46em;line-height:1.4';
      for (const line of text.split('\n')) {
        const paragraph = document.createElement('p');
        paragraph.style.margin = '0 0 .6em';
        paragraph.textContent = line;
        body.node.append(paragraph);
      }
      return showDialog({ title, body, buttons: [Dialog.okButton({ label: 'Close' })] });
    }

    /** @param {string} path */
    const at = path => `?path=${encodeURIComponent(path)}`;

    return {
      id: 'synthnb:plugin',
      description: 'Launcher cards and the state of a dossier',
      autoStart: true,
      optional: [
        launching.ILauncher,
        apputils.ICommandPalette,
        browsing.IDefaultFileBrowser,
        statusbar.IStatusBar
      ],
      activate: (app, launcher, palette, browser, bar) => {
        const settings = app.serviceManager.serverSettings;
        const local = path => app.serviceManager.contents.localPath(path || '');
        /** @type {Card[]} */
        const cards = JSON.parse(PageConfig.getOption('synthnbCards') || '[]');
        const icons = Object.fromEntries(Object.keys(SHAPES).map(room => [room, icon(room)]));
        let last = ''; // the document last looked at

        /** Where a command from the palette is about: the open document, else the file browser. */
        const here = () => {
          const context = app.shell.currentWidget && app.shell.currentWidget.context;
          return local(context ? context.path : browser && browser.model.path);
        };

        /**
         * Return the dossier that a path means; ask where there are several.
         * @param {string} path
         * @returns {Promise<Spot | undefined>}
         */
        async function choose(path) {
          /** @type {Around} */
          const found = await ask(settings, `dossiers${at(path)}`);
          if (found.here) {
            return found.here;
          }
          if (!found.dossiers.length) {
            throw new Error('There is no dossier in this workspace.\nWhat to do: make one with the card “New dossier”.');
          }
          const items = found.dossiers.map(spot => spot.name);
          const answer = await InputDialog.getItem({ title: 'For which dossier?', label: 'Dossier', items });
          return found.dossiers.find(spot => answer.button.accept && spot.name === answer.value);
        }

        /**
         * Run a step and show what went wrong in a dialog.
         * @param {string} title
         * @param {() => Promise<any>} step
         */
        async function attempt(title, step) {
          try {
            return await step();
          } catch (error) {
            return say(title, error instanceof Error ? error.message : String(error));
          }
        }

        const show = path => app.commands.execute('docmanager:open', { path, factory: 'Notebook' });

        app.commands.addCommand(OPEN, {
          label: args => args.title || 'Governance notebook',
          caption: args => args.caption || '',
          icon: args => icons[args.room],
          execute: args => attempt('The notebook cannot be opened', async () => {
            const dossier = await choose(args.cwd === undefined ? here() : local(args.cwd));
            if (dossier) {
              const made = await ask(settings, 'notebooks', { dossier: dossier.path, file: args.file });
              return show(made.path);
            }
          })
        });

        app.commands.addCommand(NEW, {
          label: 'New dossier',
          caption: 'Begin with a new table: a charter and a plan to fill',
          icon: () => icons.new,
          execute: args => attempt('The dossier was not made', async () => {
            const path = args.cwd === undefined ? here() : local(args.cwd);
            const answer = await InputDialog.getText({
              title: 'New dossier',
              label: 'Short name of the table: letters, digits, “-” and “_”',
              okLabel: 'Make it'
            });
            if (answer.button.accept) {
              const made = await ask(settings, 'dossiers', { path, name: answer.value || '' });
              return show(made.path);
            }
          })
        });

        if (cards.length) {
          const all = [
            { command: NEW, args: {} },
            ...cards.map(card => ({ command: OPEN, args: { ...card } }))
          ];
          all.forEach((item, rank) => {
            launcher && launcher.add({ ...item, category: CATEGORY, rank, categoryRank: -1 });
            palette && palette.addItem({ ...item, category: CATEGORY, rank });
          });
        }
        if (!bar || !cards.length) {
          return;
        }

        /** @type {Standing} */
        let standing = {};
        let asked = 0;
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'jp-StatusBar-TextItem synthnb-state';
        button.style.cssText = 'background:none;border:0;padding:0 4px;margin:0;color:inherit;cursor:pointer';
        button.onclick = () => void app.commands.execute(WHY);
        const item = new Widget();
        item.addClass('jp-mod-highlighted');
        item.node.setAttribute('role', 'status');
        item.node.append(button);
        item.hide();

        /** Ask how the dossier stands, and show it; a late answer to an early question is dropped. */
        async function refresh() {
          const mine = ++asked;
          /** @type {Standing} */
          const found = await ask(settings, `status${at(last)}`).catch(() => ({}));
          if (mine !== asked || item.isDisposed) {
            return;
          }
          standing = found;
          item.setHidden(!found.word);
          if (found.word) {
            const text = `${SIGNS[found.word] || ''} ${found.name}: ${found.word}`;
            if (button.textContent !== text) {
              button.textContent = text;
            }
            button.title = (found.why || []).join('\n');
          }
        }

        const seen = new WeakSet();
        function look() {
          const context = app.shell.currentWidget && app.shell.currentWidget.context;
          if (context) {
            last = local(context.path);
            if (!seen.has(context)) {
              seen.add(context);
              context.saveState.connect((_, state) => {
                state === 'completed' && void refresh();
              });
            }
          }
          if (last) {
            void refresh();
          }
        }

        app.commands.addCommand(WHY, {
          label: 'How does this dossier stand?',
          execute: async () => {
            await refresh();
            const { name, word, why } = standing;
            await say(
              word ? `${name}: ${word}` : 'No dossier',
              word ? (why || []).join('\n') : 'The open document lies in no dossier.'
            );
          }
        });
        palette && palette.addItem({ command: WHY, category: CATEGORY });
        bar.registerStatusItem('synthnb:state', { item, align: 'left', rank: 90 });
        app.shell.currentChanged && app.shell.currentChanged.connect(look);
        window.addEventListener('focus', look);
        void app.restored.then(look);
      }
    };
  }

  const all = (window['_JUPYTERLAB'] = window['_JUPYTERLAB'] || {});
  all.synthnb = {
    init: shares => {
      scope = shares;
    },
    get: async () => {
      const module = await extension();
      return () => module;
    }
  };
})();
