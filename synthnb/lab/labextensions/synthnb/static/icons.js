// @ts-check
/** The icons of the cards: one for each room, drawn in 24 by 24. */

/** @type {Record<string, string>} */
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

/**
 * Return the icons by their rooms.
 * @param {typeof import('@jupyterlab/ui-components')} ui
 */
export function icons(ui) {
  return Object.fromEntries(Object.entries(SHAPES).map(([room, shape]) => {
    const path = `<path class="jp-icon3" fill="#616161" fill-rule="evenodd" d="${shape}"/>`;
    const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="24" viewBox="0 0 24 24">${path}</svg>`;
    return [room, new ui.LabIcon({ name: `synthnb:${room}`, svgstr })];
  }));
}
