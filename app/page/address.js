// The view in the address, and back: `#v=1&tab=sample&checkpoint=…`, see app/links.py. There is
// one address, so what is remembered here belongs to the whole page.
// @ts-check
import { checkpoints } from "./checkpoints.js";
import { hiddenIn, hiddenOf, hide } from "./hidden.js";
import { listen, record } from "./undo.js";

/**
 * @typedef {object} View what a tab shows
 * @property {Record<string, any>} [values] of its controls, as they stand in the link
 * @property {Record<string, any>} [kept] fields of widgets beside the result
 * @property {string} [fragment]
 * @property {boolean} [waiting] for a link to be followed; runs when it is seen
 * @property {boolean} [linked] what runs next was asked for by a link, not by a person
 * @property {() => void} [rerun]
 * @property {() => void} [cancel]
 * @property {(request: any, linked?: boolean) => any} [run]
 */

const SCHEMA = 1;
const PATIENCE = 4000; // ms; a server that fails must not leave an empty page
const PNG = "data:image/png;base64,";

/** @type {Record<string, View>} by tab */
export const views = {};
let patience = 0;
/** @type {string | null} */
let picked = null; // the index that a link points at
let following = (globalThis.location?.hash.length ?? 0) > 1;
let asked = false; // the server is setting the controls after a link
let coming = ""; // a newer link that waits for it
/** @type {(link: string) => void} */
let sender = () => {};
let leaving = false; // a tab was clicked, and the address is still that of the one before

/** Whether a link is being followed. */
export const restoring = () => following;

/**
 * @param {string} tab
 * @returns {View}
 */
export function viewOf(tab) {
  views[tab] ??= {};
  return views[tab];
}

export function activeTab() {
  const tab = document.querySelector('#tabs [role="tab"][aria-selected="true"]');
  return tab ? tab.id.replace(/^tab-|-button$/g, "") : "";
}

/**
 * A picture's data URL without the characters that an address would have to spell out.
 * @param {any} value
 */
function short(value) {
  const text = String(value);
  if (!text.startsWith(PNG)) return text;
  const code = text.slice(PNG.length).replaceAll("+", "-").replaceAll("/", "_");
  return `~png:${code.replace(/=+$/, "")}`;
}

/** @param {any} value */
function encode(value) {
  const spelt = encodeURIComponent(short(value ?? ""));
  return spelt.replaceAll("%2F", "/").replaceAll("%20", "+").replaceAll("%3A", ":");
}

/**
 * @param {string} tab
 * @param {Record<string, any>} values
 */
export function fragment(tab, values) {
  const pairs = [["v", SCHEMA], ["tab", tab], ...Object.entries(values)];
  const known = checkpoints[values.checkpoint];
  if (known) pairs.push(["fp", known.fingerprint]);
  if (hiddenOf(tab).length) pairs.push(["hide", hiddenOf(tab).join(",")]);
  return `#${pairs.map(([name, value]) => `${name}=${encode(value)}`).join("&")}`;
}

/**
 * Hide controls of a tab, and say so in its link.
 * @param {string} tab
 * @param {string[]} names
 */
export function hideControls(tab, names) {
  hide(tab, names);
  const { values } = viewOf(tab);
  if (values) setView(tab, values);
}

/** @param {string} link */
const tabOf = (link) => new URLSearchParams(link.replace(/^#/, "")).get("tab") ?? "";

/**
 * Write a view into the address.
 * @param {string} tab
 * @param {Record<string, any>} values
 */
export function setView(tab, values) {
  const view = viewOf(tab);
  view.values = values;
  const all = { ...values, ...view.kept };
  for (const name in view.kept) if (all[name] === "") delete all[name];
  view.fragment = fragment(tab, all);
  if (activeTab() !== tab || following) return;
  // A first result may be here before `tabShown`; it must not replace the view that was left.
  if (leaving && tabOf(location.hash) !== tab) history.pushState(null, "", view.fragment);
  else history.replaceState(null, "", view.fragment);
  record(tab, view.fragment);
}

/**
 * Fields that belong to a widget beside the tab's result; an empty one is left out.
 * @param {string} tab
 * @param {Record<string, any>} values
 */
export function keep(tab, values) {
  const view = viewOf(tab);
  view.kept = { ...view.kept, ...values };
  if (view.values) setView(tab, view.values);
}

/** The tab was changed by a person: its view becomes a new place to come back to. */
function tabShown() {
  const tab = activeTab();
  const view = views[tab];
  leaving = false;
  if (following) return;
  if (!view?.fragment && !view?.waiting) {
    // Its first result is still to come and will replace this, not the view that was left.
    const empty = fragment(tab, {});
    if (!location.hash.startsWith(empty)) history.pushState(null, "", empty);
  } else if (view.waiting) {
    history.pushState(null, "", location.hash); // so that Back leads to the tab a link opened
    view.linked = true;
    view.rerun?.();
  } else if (location.hash !== view.fragment) history.pushState(null, "", view.fragment);
}

/**
 * Follow a link: `send` has the server set the controls. Gradio drops an event while an earlier
 * one of its kind is under way, so a newer link waits, and only the newest counts.
 * @param {string} link
 * @param {(link: string) => void} send
 */
export function follow(link, send) {
  following = true;
  const tab = link.match(/[#&]tab=(\w+)/)?.[1] ?? "";
  if (tab) hide(tab, hiddenIn(link));
  views[tab]?.cancel?.(); // an answer to what was there before must not undo it
  if (asked) {
    coming = link;
    return;
  }
  asked = true;
  clearTimeout(patience);
  patience = setTimeout(shown, PATIENCE);
  picked = link.match(/&pick=(\d+)/)?.[1] ?? null;
  sender = send;
  send(link);
}

/** The controls are set, be it in time or not. */
export function restored() {
  asked = false;
  const link = coming;
  coming = "";
  if (link) follow(link, sender);
  else shown();
}

function shown() {
  clearTimeout(patience);
  following = false;
  const view = views[activeTab()];
  if (!view) return;
  view.linked = true;
  view.rerun?.();
}

/**
 * Called by Gradio with the controls' values, see app/links.py.
 * @param {string} tab
 * @param {string[]} names
 * @param {any[]} values
 */
export function run(tab, names, values) {
  const view = viewOf(tab);
  view.waiting = following; // a link is being followed: run what it asks for, and this when seen
  if (following) return;
  const linked = Boolean(view.linked);
  view.linked = false;
  return view.run?.(Object.fromEntries(names.map((name, i) => [name, values[i]])), linked);
}

/**
 * A link may point at one result: show which, once.
 * @param {Element} element
 */
export function showPick(element) {
  if (picked === null) return;
  const node = element.querySelector(`[data-index="${picked}"]`);
  picked = null;
  if (!node) return;
  node.classList.add("lp-picked");
  node.scrollIntoView({ block: "center" });
}

/** Before what the tab itself does. */
globalThis.document?.addEventListener(
  "click",
  (event) => {
    const target = /** @type {Element} */ (event.target);
    if (!target.closest?.('#tabs [role="tab"]')) return;
    leaving = true;
    setTimeout(tabShown, 50);
  },
  true,
);

if (globalThis.document) listen(activeTab);
