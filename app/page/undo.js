// Undo and redo of what a tab shows: the views that its address has held, one for each thing that a
// person did. Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y) follow the one before or after as a link.
// @ts-check
import { say } from "./dom.js";

const MOST = 100; // views of a tab that are remembered
const TYPED =
  'textarea, [contenteditable], input:not([type="radio"], [type="checkbox"], [type="range"])';

/** @typedef {{past: string[], now: string, next: string[]}} Steps */

/** @type {Record<string, Steps>} by tab */
const known = {};
let touched = false; // a person has done something since the last view

/**
 * A tab's address holds another view. What changes with nobody's doing (a run goes on, a link
 * settles) takes the place of what was there.
 * @param {string} tab
 * @param {string} fragment
 */
export function record(tab, fragment) {
  known[tab] ??= { past: [], now: fragment, next: [] };
  const steps = known[tab];
  if (fragment === steps.now) return;
  if (touched) {
    steps.past = [...steps.past, steps.now].slice(-MOST);
    steps.next = [];
  }
  touched = false;
  steps.now = fragment;
}

/** A person has done something. */
export function touch() {
  touched = true;
}

/**
 * The view before, or after if `back` is false, which then is the one that is shown; nothing where
 * there is none.
 * @param {string} tab
 * @param {boolean} back
 */
export function move(tab, back) {
  const steps = known[tab];
  const [from, to] = back ? [steps?.past, steps?.next] : [steps?.next, steps?.past];
  const fragment = from?.pop();
  if (!fragment || !to) return "";
  to.push(steps.now);
  steps.now = fragment;
  touched = false;
  return fragment;
}

/** @param {KeyboardEvent} event @returns {boolean | null} whether it asks to go back; null for neither */
export function asked({ key, ctrlKey, metaKey, shiftKey, altKey, target }) {
  if (!(ctrlKey || metaKey) || altKey) return null;
  const letter = key.toLowerCase();
  if (letter !== "z" && letter !== "y") return null;
  const at = /** @type {Element | null} */ (target);
  if (at?.closest?.(TYPED)) return null; // there it is the browser's own, letter by letter
  return letter === "z" && !shiftKey;
}

/** @param {() => string} active the tab that is shown */
export function listen(active) {
  document.addEventListener("pointerdown", touch, true);
  document.addEventListener("input", touch, true);
  document.addEventListener(
    "keydown",
    (event) => {
      const back = asked(event);
      if (back === null) return event.ctrlKey || event.metaKey ? undefined : touch();
      event.preventDefault();
      const fragment = move(active(), back);
      if (!fragment) return say(back ? "There is nothing to undo." : "There is nothing to redo.");
      history.replaceState(null, "", fragment);
      window.dispatchEvent(new HashChangeEvent("hashchange", { newURL: location.href }));
      say(back ? "Undone." : "Done again.");
    },
    true,
  );
}
