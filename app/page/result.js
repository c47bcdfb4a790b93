// The life of a result: ask, show that it works, draw or say what went wrong.
// @ts-check
import { setView, showPick, viewOf } from "./address.js";
import { button, el } from "./dom.js";
import { copy } from "./files.js";
import { watcher } from "./watch.js";

export const LOST = "The server does not answer. Is it still running? Then try again.";

/**
 * @typedef {Record<string, (question: any) => Promise<any>>} Server
 * @typedef {object} Options
 * @property {HTMLElement} element of the widget
 * @property {() => void} ready called when it can run, and again after a link was followed
 * @property {Server} server its `run` answers a request; an answer may carry `error` and `code`
 *   (for Show code). With `progress` and `leave` what takes long says so, and can be left
 * @property {(data: any, request: any, alive: () => boolean) => any} draw may be async; `alive()`
 *   turns false when something newer was asked
 * @property {(request: any) => any} [linked] what of a request goes into the link
 * @typedef {ReturnType<typeof result>} Life
 * @typedef {ReturnType<typeof asker>} Ask
 */

/**
 * @param {string} tab
 * @param {Options} options
 */
export function result(tab, { element, ready, server, draw, linked = (request) => request }) {
  const error = el("p", { class: "lp-error", role: "alert", hidden: true });
  const body = el("div", { class: "lp-body" });
  const { drawer, opener, show } = codeDrawer();
  const tools = el("div", { class: "lp-tools" }, opener);
  element.classList.add("lp-result", "lp-fresh");
  const watch = watcher(server, LOST);
  element.append(watch.node, error, body, tools, drawer);
  let turn = 0;
  let before = ""; // the name of the question that a newer one replaces
  const asks = (/** @type {any} */ request) => {
    if (!server.progress) return server.run(request);
    watch.drop(before);
    return watch.ask("run", request, (name) => {
      before = name;
    });
  };
  const fail = (/** @type {string} */ sentence) => {
    error.textContent = sentence;
    error.hidden = false;
    element.classList.remove("lp-fresh");
    element.classList.add("lp-stale");
  };
  const run = async (/** @type {any} */ request) => {
    const mine = ++turn;
    const alive = () => mine === turn;
    wait(element, request.mode);
    const data = await asks(request);
    if (!alive()) return;
    element.classList.remove("lp-waiting");
    if (!data || data.error) fail(data?.error ?? LOST);
    else {
      error.hidden = true;
      element.classList.remove("lp-stale");
      show(data.code);
      setView(tab, linked(request));
      element.classList.remove("lp-fresh");
      const drawn = draw(data, request, alive);
      showPick(element);
      await drawn;
      if (alive()) element.dataset.drawn = String(mine); // how tests know
    }
    if (alive()) element.removeAttribute("aria-busy");
  };
  const view = Object.assign(viewOf(tab), { rerun: ready, cancel: () => ++turn, run });
  ready();
  return { body, tools, fail, view, ask: watch.ask };
}

/**
 * Show that an answer is awaited.
 * @param {HTMLElement} element
 * @param {string | undefined} mode of the tab, for its style
 */
function wait(element, mode) {
  const panel = /** @type {HTMLElement | null} */ (element.closest('[role="tabpanel"]'));
  if (mode && panel) panel.dataset.mode = mode;
  element.setAttribute("aria-busy", "true");
  element.classList.add("lp-waiting");
}

/** The program behind a result, and the button that shows it. */
function codeDrawer() {
  const pre = el("pre", { tabindex: "0", "aria-label": "Python script" });
  const copier = button("copy", "Copy", (event) => copy(pre.textContent, event.currentTarget), {
    class: "lp-button lp-code-copy",
  });
  const drawer = el("div", { class: "lp-code", hidden: true }, pre, copier);
  const flip = (/** @type {any} */ event) => {
    drawer.hidden = !drawer.hidden;
    event.currentTarget.setAttribute("aria-expanded", String(!drawer.hidden));
  };
  const opener = button("code", "Show code", flip, { "aria-expanded": "false", "data-key": "c" });
  const show = (/** @type {string | undefined} */ code) => {
    pre.textContent = code ?? "";
  };
  return { drawer, opener, show };
}

/**
 * Asks a widget's server functions; what comes back late or not at all is `{error: lost}`.
 * @param {Server} server
 * @param {number} patience ms
 * @param {string} [lost]
 */
export function asker(server, patience, lost = LOST) {
  return async (/** @type {string} */ name, /** @type {any} */ question) => {
    let timer = 0;
    const late = new Promise((done) => {
      timer = setTimeout(done, patience);
    });
    try {
      return (await Promise.race([server[name](question), late])) || { error: lost };
    } catch {
      return { error: lost };
    } finally {
      clearTimeout(timer);
    }
  };
}
