// @ts-check
/**
 * What ipywidgets leaves unsaid to those who listen instead of look: the name of a slider's handle,
 * which question a group of answers belongs to, whether a heading is open, what has just changed.
 *
 * Python marks widgets with a class; here they get roles, names and states from what is to be seen.
 * Everything works without this file, only less well.
 */
(function () {
  'use strict';

  /** Classes that Python gives, and what is done to each element that has them. */
  const RULES = { 'synthnb-slider': slider, 'synthnb-asked': asked, 'synthnb-answer': answer, 'synthnb-fold': fold, 'synthnb-live': live };
  const PICKERS = ['widget-datepicker', 'widget-datetimepicker'];
  let count = 0;

  /**
   * Set an attribute unless it is so already: every change is looked at again.
   * @param {Element} element
   * @param {string} name
   * @param {string} value
   */
  function set(element, name, value) {
    if (element.getAttribute(name) !== value) {
      element.setAttribute(name, value);
    }
  }

  /**
   * Return the id of an element, which gets one if it has none.
   * @param {Element} element
   */
  function idOf(element) {
    element.id = element.id || `synthnb-${++count}`;
    return element.id;
  }

  /** @param {Element} element */
  function slider(element) {
    const handle = element.querySelector('.noUi-handle');
    const label = element.querySelector('.widget-label');
    const shown = element.querySelector('.widget-readout');
    if (handle && label && shown) {
      set(handle, 'aria-labelledby', idOf(label));
      set(handle, 'aria-valuetext', shown.textContent || '');
    }
  }

  /** @param {Element} element */
  function asked(element) {
    const label = element.querySelector('.synthnb-question, .widget-label');
    if (label) {
      set(element, 'role', element.classList.contains('widget-radio') ? 'radiogroup' : 'group');
      set(element, 'aria-labelledby', idOf(label));
    }
    for (const radio of element.querySelectorAll('input[type="radio"]')) {
      set(radio, 'name', `${idOf(element)}-answer`); // so that arrow keys go from one to the next
    }
  }

  /**
   * Read out what is asked, and what is wrong, where it is answered.
   * @param {Element} element
   */
  function answer(element) {
    const box = element.querySelector('input, select, textarea');
    let note = element.nextElementSibling;
    while (note && !note.classList.contains('widget-html')) {
      note = note.nextElementSibling;
    }
    if (box && note) {
      set(box, 'aria-describedby', idOf(note));
    }
  }

  /** @param {Element} element */
  function fold(element) {
    set(element, 'aria-expanded', String(element.classList.contains('synthnb-open')));
  }

  /**
   * Say what changes within: a region that comes and goes with its words is not listened to.
   * @param {Element} element
   */
  function live(element) {
    const place = element.querySelector('.widget-html-content');
    const words = place && place.querySelector(':scope > [role="status"]');
    if (place && words) {
      words.removeAttribute('role');
      set(place, 'role', 'status');
    }
  }

  /** @param {Element} element */
  function picker(element) {
    const box = element.querySelector('input');
    if (box && !element.hasAttribute('tabindex') && element.closest('.synthnb-form')) {
      element.setAttribute('tabindex', '-1');
      element.addEventListener('focus', () => box.focus()); // Python can move the keyboard to the whole only
    }
  }

  function look() {
    for (const [name, rule] of Object.entries(RULES)) {
      Array.from(document.getElementsByClassName(name)).forEach(rule);
    }
    for (const name of PICKERS) {
      Array.from(document.getElementsByClassName(name)).forEach(picker);
    }
  }

  /**
   * Leave plain keys to the form: on all but text boxes JupyterLab takes letters and arrows for
   * commands about cells, so that an "x" on a list to choose from would cut the form away.
   * @param {KeyboardEvent} event
   */
  function keep(event) {
    const { target, ctrlKey, metaKey, altKey } = event;
    if (target instanceof Element && target.closest('.jupyter-widgets')) {
      target.toggleAttribute('data-lm-suppress-shortcuts', !(ctrlKey || metaKey || altKey));
    }
  }

  window.addEventListener('keydown', keep, true); // before JupyterLab, which listens to the document
  new MutationObserver(look).observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['class', 'aria-valuetext']
  });
  look();
})();
