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

  /** @typedef {{of: string, room: string, file: string, title: string, caption: string}} Card */
  /** @typedef {{name: string, path: string}} Spot */
  /** @typedef {{here: Spot | null, dossiers: Spot[]}} Around */
  /** @typedef {{say: string, command: string, typed: string, open: string}} Step */
  /** @typedef {{name: string, path: string, root: string, word: string, why: string[], steps: Step[]}} Standing */

  const CATEGORY = 'Governance';
  const OPEN = 'synthnb:open';
  const NEW = 'synthnb:new-dossier';
  const WHY = 'synthnb:why';
  const TERMINAL = 'terminal:create-new';
  const SIGNS = { draft: '✎', blocked: '✗', passed: '✓', released: '★', withdrawn: '⊘' };
  const SHAPES = {
    next: 'M11 2h2v2h7l3 3-3 3h-7v2h5v6h-5v4h-2v-4H4l-3-3 3-3h7v-2H6V4h5z',
    new: 'M3 5h6l2 2h10v12H3zm9 4v3H9v2h3v3h2v-3h3v-2h-3V9z',
    charter: 'M5 2h10l4 4v16H5zm3 7v2h8V9zm0 4v2h8v-2zm0 4v2h5v-2z',
    generation: 'M3 4h18v16H3zm2 5v3h4V9zm6 0v3h3V9zm5 0v3h3V9zM5 14v4h4v-4zm6 0v4h3v-4zm5 0v4h3v-4z',
    privacy: 'M12 2l8 3v6c0 5-3.400 9.500-8 11-4.600-1.500-8-6-8-11V5zm-1 13.500l6-6L15.500 8 11 12.500 8.500 10 7 11.500z',
    fairness: 'M11 3h2v2h6l3 8a3.500 3.500 0 0 1-7 0l2.500-6H13v12h4v2H7v-2h4V7H6.500L9 13a3.500 3.500 0 0 1-7 0l3-8h6z',
    utility: 'M3 20h18v2H3zm1-8h4v7H4zm6-5h4v12h-4zm6-5h4v17h-4z',
    lineage: 'M6 2a3 3 0 0 1 1 5.800V11h9V7.800a3 3 0 1 1 2 0V13h-5v3.200a3 3 0 1 1-2 0V13H5V7.800A3 3 0 0 1 6 2z',
    people: 'M8 4a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7zm8.500 1.500a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM1 20c0-5 3-7.500 7-7.500s7 2.500 7 7.500zm16 0c0-2.800-.7-5-2-6.600a7 7 0 0 1 1.500-.2c3.500 0 6 2.300 6 6.800z',
    incident: 'M12 2l11 19H1zm-1 7v6h2V9zm0 8v2h2v-2z',
    feedback: 'M2 4h20v13H11l-5 5v-5H2zm4 4v2h12V8zm0 4v2h8v-2z',
    workshop: 'M12 3l11 5-11 5L1 8zM5 12l7 3.200L19 12v5c-2 2-4.300 3-7 3s-5-1-7-3zm16-2h1.500v7H21z'
  };

  const FACTORIES = { '.ipynb': 'Notebook', '.html': 'HTML Viewer', '.pdf': 'PDF' };

  const CODE = 'flex:auto;padding:.4em .6em;user-select:text;white-space:pre-wrap;overflow-wrap:anywhere;font-family:var(--jp-code-font-family);font-size:var(--jp-code-font-size);color:var(--jp-ui-font-color1);background:var(--jp-layout-color2)';
  const FROM = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : '';

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
    if (FROM) {
      import(new URL('reach.js', FROM).href).catch(error => console.warn('synthnb reads less well:', error));
    }
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
    const { Clipboard, Dialog, InputDialog } = apputils;
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
     * Return a new element with words in it.
     * @param {string} kind
     * @param {string} words
     * @param {string} [style]
     */
    function element(kind, words, style = '') {
      const made = document.createElement(kind);
      made.textContent = words;
      made.style.cssText = style;
      return made;
    }

    /**
     * Show lines in a dialog, and what else there is.
     * @param {string} title
     * @param {string} text
     * @param {(close: () => void) => HTMLElement[]} [more]
     */
    async function say(title, text, more) {
      const body = new Widget();
      body.node.style.cssText = 'max-width:46em;line-height:1.4;user-select:text';
      const buttons = [Dialog.okButton({ label: 'Close' })];
      const dialog = new Dialog({ title, body, buttons, focusNodeSelector: more && '[tabindex]' });
      dialog.node.firstElementChild.style.maxHeight = '85vh';
      const words = element('div', '', 'padding:.3em;outline-color:var(--jp-brand-color1)');
      words.append(...text.split('\n').map(line => element('p', line, 'margin:0 0 .6em')));
      body.node.append(words);
      if (more) {
        words.tabIndex = 0; // reading begins here, and Tab leads on to the first button
        words.setAttribute('role', 'group');
        words.setAttribute('aria-label', `${title}. ${text}`);
        body.node.append(...more(() => dialog.reject()));
      }
      await dialog.launch();
      dialog.dispose();
    }

    /** @param {string} path */
    const at = path => `?path=${encodeURIComponent(path)}`;

    return {
      id: 'synthnb:plugin',
      description: 'Launcher cards and the state of a dossier',
      autoStart: true,
      optional: [launching.ILauncher, apputils.ICommandPalette, browsing.IDefaultFileBrowser, statusbar.IStatusBar],
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

        /** @param {string} path */
        function show(path) {
          const factory = FACTORIES[(/\.\w+$/.exec(path) || [''])[0]];
          const known = factory && app.docRegistry.getWidgetFactory(factory);
          return app.commands.execute('docmanager:open', known ? { path, factory } : { path });
        }

        /** @type {(path: string, file: string) => Promise<any>} a dossier, or what is in the workspace */
        const stock = async (path, file) => show((await ask(settings, 'notebooks', { path, file })).path);

        /**
         * Type a line into a new terminal, and leave it to the person to send it off.
         * @param {string} cwd
         * @param {string} line
         */
        async function type(cwd, line) {
          const session = await app.serviceManager.terminals.startNew({ cwd });
          let timer = 0;
          const prompt = new Promise(resolve => {
            setTimeout(resolve, 5000);
            session.messageReceived.connect((_, message) => {
              if (message.type === 'stdout') {
                resolve(undefined); // before there is a prompt, the line would be shown twice
                clearTimeout(timer);
                timer = setTimeout(() => void refresh(), 1000);
              }
            });
          });
          const panel = await app.commands.execute(TERMINAL, { name: session.name });
          panel.disposed.connect(() => session.dispose());
          await Promise.all([prompt, panel.content.ready]);
          session.send({ type: 'stdin', content: [line] });
        }

        const terminals = () =>
          /^true$/i.test(PageConfig.getOption('terminalsAvailable')) && app.commands.hasCommand(TERMINAL);

        /**
         * Return a button for a step; none where there is nothing but to read.
         * @param {Standing} about
         * @param {Step} step
         * @param {(act: () => Promise<any>) => void} leave closes the dialog, then acts
         */
        function button(about, step, leave) {
          const file = step.open.split('/').pop() || '';
          const made = element('button', 'Copy', 'flex:none');
          let name = step.command;
          if (step.open) {
            name = file;
            made.textContent = 'Open';
            const known = cards.some(card => card.file === file);
            made.onclick = () => leave(() => (known ? stock(about.path, file) : show(step.open)));
          } else if (terminals()) {
            made.textContent = 'Type it in a terminal';
            made.onclick = () => leave(() => type(about.root, step.typed));
          } else {
            made.onclick = () => {
              Clipboard.copyToSystem(step.typed);
              made.textContent = 'Copied';
            };
          }
          made.className = 'jp-mod-styled jp-mod-accept synthnb-do';
          made.setAttribute('aria-label', `${made.textContent}: ${name}`);
          return made;
        }

        /** @type {(about: Standing, leave: (act: () => Promise<any>) => void) => HTMLElement[]} */
        function next(about, leave) {
          const list = element('ol', '', 'margin:0;padding-left:1.6em');
          for (const step of about.steps) {
            const entry = element('li', '', 'margin:0 0 .9em');
            const row = element('div', '', 'display:flex;gap:.8em;align-items:center;margin-top:.3em');
            row.append(element('code', step.command || step.open, CODE));
            entry.append(element('div', step.say));
            if (step.command || step.open) {
              row.append(button(about, step, leave));
              entry.append(row);
            }
            list.append(entry);
          }
          return [element('h3', 'What to do next', 'margin:1.2em 0 .6em'), list];
        }

        app.commands.addCommand(OPEN, {
          label: args => args.title || 'Governance notebook',
          caption: args => args.caption || '',
          icon: args => icons[args.room],
          execute: args => attempt('The notebook cannot be opened', async () => {
            const cwd = args.cwd === undefined ? here() : local(args.cwd);
            const place = args.of === 'workspace' ? { path: cwd } : await choose(cwd);
            if (place) {
              return stock(place.path, args.file);
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

        if (!cards.length) {
          return;
        }

        let asked = 0;
        const state = element('button', '', 'background:none;border:0;padding:0 4px;margin:0;color:inherit;cursor:pointer');
        state.className = 'jp-StatusBar-TextItem synthnb-state';
        state.onclick = () => void app.commands.execute(WHY);
        const item = new Widget();
        item.addClass('jp-mod-highlighted');
        item.node.setAttribute('role', 'status');
        item.node.append(state);
        item.hide();

        /**
         * Ask how the dossier stands, and show it; a late answer to an early question is not shown.
         * @returns {Promise<Partial<Standing>>}
         */
        async function refresh() {
          const mine = ++asked;
          const found = await ask(settings, `status${at(last)}`).catch(() => ({}));
          if (mine !== asked || item.isDisposed) {
            return found;
          }
          item.setHidden(!found.word);
          if (found.word) {
            const text = `${SIGNS[found.word] || ''} ${found.name}: ${found.word}`;
            if (state.textContent !== text) {
              state.textContent = text;
            }
            const first = (found.steps || []).slice(0, 1).map(step => `Next: ${step.say}`);
            state.title = [...(found.why || []), ...first].join('\n');
          }
          return found;
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
          label: args => args.title || 'How does this dossier stand?',
          caption: 'How the dossier stands, and what to do next',
          icon: args => (args.title ? icons.next : undefined),
          execute: args => attempt('The step cannot be taken', async () => {
            const spot = args.cwd === undefined ? { path: last || here() } : await choose(local(args.cwd));
            if (!spot) {
              return;
            }
            last = spot.path;
            const about = /** @type {Standing} */ (await refresh());
            if (!about.word) {
              return say('No dossier', 'The open document lies in no dossier.');
            }
            /** @type {(() => Promise<any>) | undefined} */
            let chosen;
            await say(`${about.name}: ${about.word}`, about.why.join('\n'), close => next(about, act => {
              chosen = act;
              close();
            }));
            return chosen && chosen();
          })
        });
        const all = [
          { command: NEW, args: {} },
          { command: WHY, args: { title: 'Next step' } },
          ...cards.map(card => ({ command: OPEN, args: { ...card } }))
        ];
        all.forEach(({ command, args }, rank) => {
          launcher && launcher.add({ command, args, category: CATEGORY, rank, categoryRank: -1 });
          palette && palette.addItem({ command, args: command === WHY ? {} : args, category: CATEGORY, rank });
        });
        bar && bar.registerStatusItem('synthnb:state', { item, align: 'left', rank: 90 });
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
