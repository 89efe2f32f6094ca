// @ts-check
/**
 * What was saved of widgets, where a notebook is opened again.
 *
 * No kernel knows the widgets of an earlier day, and ipywidgets says in their place that a model was
 * not found. Where the output was saved with a page beside the widget, here that page is shown.
 */

/** @typedef {import('@jupyterlab/notebook').INotebookTracker} INotebookTracker */
/** @typedef {import('@jupyterlab/cells').CodeCell} CodeCell */

const GONE = 'Error displaying widget: model not found'; // ipywidgets has words in English only
const WAITS = 'Loading widget...'; // for ever, where there is no kernel
const WIDGET = 'application/vnd.jupyter.widget-view+json';
const PAGE = 'text/html';

/**
 * Show the page that was saved, in the place where a widget was to be, as long as it is there.
 * @param {INotebookTracker} tracker
 * @param {Element} place
 */
async function show(tracker, place) {
  const panel = tracker.find(each => each.node.contains(place));
  const cell = panel && panel.content.widgets.find(each => each.node.contains(place));
  if (!panel || !cell || cell.model.type !== 'code') {
    return;
  }
  const { isReady, session } = panel.sessionContext;
  if (place.textContent === WAITS && (!isReady || (session && session.kernel))) {
    return; // not for ever
  }
  const { widgets, model } = /** @type {CodeCell} */ (cell).outputArea;
  const index = widgets.findIndex(each => each.node.contains(place));
  const data = index < 0 ? {} : model.get(index).data;
  if (!(WIDGET in data && PAGE in data)) {
    return;
  }
  const note = document.createElement('p');
  note.textContent = 'As it was saved. Run this notebook to work with it again.';
  place.replaceChildren(note);
  const { rendermime } = panel.content;
  const page = rendermime.createRenderer(PAGE);
  widgets[index].disposed.connect(() => page.dispose());
  // Not trusted, so that it is cleaned: opening a notebook must not run what running it would.
  await page.renderModel(rendermime.createModel({ data: { [PAGE]: data[PAGE] }, trusted: false }));
  note.after(page.node);
}

/**
 * Look at every output that comes into view, now and later.
 * @param {INotebookTracker} tracker
 */
export function begin(tracker) {
  function look() {
    for (const place of Array.from(document.getElementsByClassName('jp-OutputArea-output'))) {
      const { firstChild } = place;
      if (firstChild instanceof Text && [GONE, WAITS].includes(firstChild.data)) {
        show(tracker, place).catch(error => console.warn('synthnb cannot show what was saved:', error));
      }
    }
  }
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
  look();
}
