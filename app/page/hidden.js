// Controls that a link hides: `&hide=seed,code`, for a class that shall look at one thing. The names
// are those of the controls in links, which Python writes into the head, and the parts below.
// @ts-check
import { tell } from "./events.js";

/** @type {Record<string, (tab: string) => string>} selectors by name */
const PARTS = {
  card: (tab) => `#tab-${tab} .lp-open-card`,
  code: (tab) => `#tab-${tab} :is([data-key="c"], .lp-code)`,
  kept: () => "#tray",
  tabs: () => "#tabs > .tab-wrapper",
};
const written = globalThis.document?.getElementById("lp-controls")?.textContent;

/** @type {Record<string, Record<string, string>>} ids by tab and name */
const controls = JSON.parse(written ?? "{}");

/** @type {Record<string, string[]>} names by tab */
const hidden = {};

/** @param {string} tab */
export const hiddenOf = (tab) => hidden[tab] ?? [];

/** @param {string} tab */
export const hideable = (tab) => [...Object.keys(controls[tab] ?? {}), ...Object.keys(PARTS)];

/**
 * Names in a link's `hide`; of another page's link there are none.
 * @param {string} link
 * @returns {string[]}
 */
export const hiddenIn = (link) =>
  (new URLSearchParams(link.replace(/^#/, "")).get("hide") ?? "").split(",").filter(Boolean);

/**
 * The selector of one control or part of a tab.
 * @param {string} tab
 * @param {string} name
 * @param {Record<string, string>} [ids]
 * @returns {string} nothing for what is not known
 */
export function selector(tab, name, ids = controls[tab]) {
  if (Object.hasOwn(PARTS, name)) return PARTS[name](tab);
  return ids && Object.hasOwn(ids, name) ? `#${ids[name]}` : "";
}

/**
 * Hide these and show all others of the tab. As a style, for Gradio draws a tab when it is seen.
 * @param {string} tab
 * @param {string[]} names
 */
export function hide(tab, names) {
  hidden[tab] = names.filter((name) => selector(tab, name));
  const all = Object.entries(hidden).flatMap(([of, list]) =>
    list.map((name) => selector(of, name)),
  );
  let style = document.getElementById("lp-hidden");
  if (!style) {
    style = document.createElement("style");
    style.id = "lp-hidden";
    document.head.append(style);
  }
  style.textContent = all.length ? `${all.join(", ")} { display: none !important; }` : "";
  tell("latent-hidden", {});
}
