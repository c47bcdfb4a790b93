// What a person keeps, in this browser's storage.
// @ts-check
import { fragment } from "./address.js";
import { checkpoints } from "./checkpoints.js";
import { button, say } from "./dom.js";

/**
 * @typedef {object} Kept
 * @property {string} kept when, ISO 8601
 * @property {"image" | "text"} kind
 * @property {string} link fragment that gives it again
 * @property {number} index in the result
 * @property {string} checkpoint
 * @property {string} fingerprint
 * @property {number} seed
 * @property {string} result a sentence, or the bytes of a picture as base64
 * @property {string} [name] that the person gave it
 */

const KEY = "latent-kept";
const LIMIT = 500;
const FULL =
  "This browser's storage is full or closed: what you keep now is lost on reload. Export it.";

/** @type {Kept[]} */
let kept = globalThis.localStorage ? read() : [];
let problem = "";
/** @type {() => void} */
let heard = () => {};

/** @returns {Kept[]} */
function read() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    if (!Array.isArray(stored)) return [];
    return stored.filter((item) => typeof item?.result === "string" && /^#v=/.test(item.link));
  } catch {
    return []; // a damaged store must not take the page with it
  }
}

function store() {
  problem = "";
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    problem = FULL;
  }
}

function write() {
  store();
  heard();
}

const holds = (/** @type {string} */ link) => kept.some((item) => item.link === link);
const without = (/** @type {string} */ link) => kept.filter((item) => item.link !== link);

/**
 * @param {string} link
 * @param {Record<string, any>} values
 * @param {number} index
 * @param {string | Uint8Array} item
 * @returns {Kept}
 */
function facts(link, values, index, item) {
  const { checkpoint, seed = 0 } = values;
  const text = typeof item === "string";
  return {
    kept: new Date().toISOString(),
    kind: text ? "text" : "image",
    link,
    index,
    checkpoint,
    fingerprint: checkpoints[checkpoint]?.fingerprint ?? "",
    seed,
    result: text ? item : btoa(String.fromCharCode(...item)),
  };
}

/**
 * A button that keeps one item of a result, or lets it go.
 * @param {string} tab
 * @param {Record<string, any>} values of the view
 * @param {number} index of the item in the result
 * @param {string | Uint8Array} item a sentence, or the bytes of a picture
 * @param {Record<string, any>} [from] checkpoint and seed, where they are not the view's
 */
function star(tab, values, index, item, from = values) {
  const link = `${fragment(tab, values)}&pick=${index}`;
  const flip = () => {
    if (holds(link)) kept = without(link);
    else if (kept.length >= LIMIT) return say(`The tray holds ${LIMIT}. Remove some first.`);
    else kept.unshift(facts(link, from, index, item));
    node.setAttribute("aria-pressed", String(holds(link)));
    write();
  };
  const node = button("star", `Keep number ${index + 1}`, flip, {
    quiet: true,
    class: "lp-button lp-star",
    "aria-pressed": String(holds(link)),
    "data-link": link,
  });
  return node;
}

/** @param {Kept} item */
function remove(item) {
  kept = without(item.link);
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll(".lp-star")
  ))
    if (node.dataset.link === item.link) node.setAttribute("aria-pressed", "false");
  write();
}

/**
 * Nothing is drawn anew: the person is in the field.
 * @param {Kept} item
 * @param {string} name
 */
function rename(item, name) {
  item.name = name;
  store();
}

export const tray = {
  star,
  remove,
  rename,
  all: () => kept,
  /** What is wrong with the storage; nothing if all is well. */
  problem: () => problem,
  /** @param {() => void} listener called after every change, in this window or another */
  listen(listener) {
    heard = listener;
    window.addEventListener("storage", (event) => {
      if (event.key !== KEY) return;
      kept = read();
      heard();
    });
  },
};
