// Questions that take their time: once one takes longer than a moment, a line says how far it is,
// and offers a way out. The server knows each by a name that is made up here; see app/watch.py.
// @ts-check
import { button, el, say } from "./dom.js";

const MOMENT = 800; // ms
const EVERY = 500; // ms between two looks
const PATIENCE = 20_000; // ms; how far it is, is told at once even where the work takes hours
const CANCELLED = "Cancelled. Change a setting to ask again.";

/** @typedef {Record<string, (question: any) => Promise<any>>} Server */
/** @typedef {{said?: string, share?: number | null, seconds?: number, error?: string}} Told */

/** A name that nobody guesses; `crypto.randomUUID` is not there on every address. */
const made = () =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) =>
    n.toString(36).padStart(7, "0"),
  ).join("-");

/** @param {number} ms */
const pass = (ms) => new Promise((done) => setTimeout(done, ms));

/** What the line says. @param {Told} told */
export const phrase = ({ said = "", seconds = 0 }) => `${said || "Working"}, ${seconds} s`;

/**
 * Asks a widget's server functions, of which `progress` and `leave` are two. The answer to what was
 * left is `cancelled`.
 * @param {Server} server
 * @param {string} lost said where no answer comes
 */
export function watcher(server, lost) {
  const said = el("span");
  const bar = el("progress", { class: "lp-progress", max: 1, "aria-label": "Progress" });
  const stop = button("close", "Cancel", () => leave(), { class: "lp-button lp-watch-cancel" });
  const node = el("div", { class: "lp-running lp-watch", hidden: true }, said, bar, stop);
  /** @type {Map<string, (answer: any) => void>} what is asked, by name, the first first */
  const asked = new Map();

  /** @param {string} name @param {any} answer */
  function end(name, answer) {
    asked.get(name)?.(answer);
    asked.delete(name);
    if (!asked.size) node.hidden = true;
  }

  function leave() {
    const widget = /** @type {HTMLElement} */ (node.parentElement);
    widget.tabIndex = -1; // takes the focus, since the button goes
    widget.focus({ preventScroll: true });
    for (const name of [...asked.keys()]) drop(name);
    say(CANCELLED);
  }

  /** @param {string} name */
  function drop(name) {
    if (!asked.has(name)) return;
    end(name, { error: CANCELLED, cancelled: true });
    server.leave({ name }).catch(() => {}); // who does not answer does not compute either
  }

  /** @param {string} name */
  async function follow(name) {
    while (asked.has(name)) {
      const late = pass(PATIENCE);
      const told = await Promise.race([server.progress({ name }), late]).catch(() => null);
      if (!told || told.error) return end(name, { error: lost });
      if (asked.keys().next().value === name) show(told);
      await pass(EVERY);
    }
  }

  /** @param {Told} told */
  function show(told) {
    const words = phrase(told);
    if (node.hidden) say(`${words}. There is a button to cancel.`);
    said.textContent = words;
    if (told.share == null) bar.removeAttribute("value");
    else bar.value = told.share;
    node.hidden = false;
  }

  /** @param {string} what @param {any} question @param {(name: string) => void} [named] */
  function ask(what, question, named = () => {}) {
    const name = made();
    named(name);
    /** @type {Promise<any>} */
    const answer = new Promise((done) => asked.set(name, done));
    const timer = setTimeout(() => follow(name), MOMENT);
    Promise.resolve(server[what]({ ...question, watch: name }))
      .catch(() => null)
      .then((found) => end(name, found || { error: lost }))
      .finally(() => clearTimeout(timer));
    return answer;
  }

  return { node, ask, drop };
}
