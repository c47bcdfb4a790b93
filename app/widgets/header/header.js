// Name, facts, Copy link, shortcuts, light or dark. Asks for "restore" when the address says so.

import { activeTab, follow, hideControls } from "../../page/address.js";
import { checkpoints } from "../../page/checkpoints.js";
import { button, el } from "../../page/dom.js";
import { hear } from "../../page/events.js";
import { copy } from "../../page/files.js";
import { hiddenOf, hideable } from "../../page/hidden.js";

/**
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Ui} Ui
 */

const count = Object.keys(checkpoints).length;
const KEYS = [
  ["Enter", "run, from any text box"],
  ["1 2 3 …", "go to a tab"],
  ["r", "roll the seed and run"],
  ["c", "show or hide the code"],
  ["l", "copy the link to this view"],
  ["d", "light or dark"],
  ["Esc", "cancel what is running"],
  ["Ctrl Z", "undo what a view shows; with Shift, redo"],
  ["/", "search the map"],
  ["Space", "play or pause a chain of edits, or the laboratory"],
  [". ,", "one step of the laboratory, one step of a single player"],
  ["← →", "one step back, one step on; Home and End"],
  ["b o", "branch from a step, overrule its verdict"],
  ["?", "this list"],
];

/** @param {string} choice */
function theme(choice) {
  document.body.classList.toggle("dark", choice === "dark");
  document.documentElement.style.colorScheme = choice;
}
function flip() {
  const choice = document.body.classList.contains("dark") ? "light" : "dark";
  localStorage.setItem("latent-theme", choice);
  theme(choice);
}

/** @param {Ui} ui */
function showNotice(ui) {
  const text = ui.props.value?.notice ?? "";
  ui.notice.hidden = !text;
  const linked = new URLSearchParams(location.hash.slice(1)).get("tab") ?? "";
  ui.notice.dataset.tab = ui.props.tabs.includes(linked) ? linked : activeTab();
  const dismiss = () => {
    delete ui.notice.dataset.tab;
    ui.notice.hidden = true;
  };
  ui.notice.replaceChildren(
    el("span", { text }),
    button("close", "Dismiss", dismiss, { quiet: true }),
  );
}

/**
 * A notice is about the view that a link opened, and is seen where that is.
 * @param {Ui} ui
 */
function fitNotice(ui) {
  const { tab } = ui.notice.dataset;
  if (tab) ui.notice.hidden = activeTab() !== tab || !ui.notice.textContent;
}

/** @param {any} target */
function typing(target) {
  return (
    target.closest?.("input, textarea, select, [contenteditable]") &&
    target.type !== "range" &&
    target.type !== "radio"
  );
}
/** @param {string} selector @returns {HTMLElement[]} */
const all = (selector) => /** @type {any[]} */ ([...document.querySelectorAll(selector)]);

/** @param {string} selector */
const press = (selector) =>
  all(`[role="tabpanel"] ${selector}`)
    .find((node) => node.offsetParent)
    ?.click();

/** @param {Ui} ui @param {string} link */
function send(ui, link) {
  const tab = link.match(/[#&]tab=(\w+)/)?.[1];
  ui.trigger(ui.props.tabs.includes(tab) ? `restore_${tab}` : "restore", { fragment: link });
}

/** @param {Ui} ui @param {string} address */
function restore(ui, address) {
  const link = new URL(address).hash;
  if (link.length > 1) follow(link, (link) => send(ui, link));
}

/**
 * A box for each control of the tab that is open: what is ticked, its link hides.
 * @param {Ui} ui
 */
function offerHiding(ui) {
  const tab = activeTab();
  const boxes = hideable(tab).map((name) => {
    const box = el("input", { type: "checkbox", value: name, on: { change: () => set() } });
    box.checked = hiddenOf(tab).includes(name);
    return box;
  });
  const set = () => {
    const names = boxes.filter(({ checked }) => checked).map(({ value }) => value);
    hideControls(tab, names);
  };
  ui.hiding.replaceChildren(
    ...boxes.map((box) =>
      el("label", {}, box, el("span", { text: box.value.replaceAll("_", " ") })),
    ),
  );
}

/**
 * So that nobody is left without a control that a link hid.
 * @param {Ui} ui
 */
function offerAll(ui) {
  ui.showAll.hidden = !hiddenOf(activeTab()).length;
}

/** @param {Ui} ui */
function setUp1(ui) {
  ui.notice = el("div", { class: "lp-notice", role: "status", hidden: true });
  ui.facts = el("span", {
    class: "lp-facts",
    text: `${count} checkpoint${count === 1 ? "" : "s"}`,
  });
  ui.device = el("span", {
    class: "lp-facts",
    id: "lp-device",
    text: ui.props.device === "auto" ? "" : ui.props.device,
  });
  ui.help = el("dialog", { class: "lp-dialog", "aria-label": "Keyboard shortcuts" });
  ui.hiding = el("div", { class: "lp-hiding", role: "group", "aria-label": "Controls to hide" });
  ui.showAll = button(null, "Show all controls", () => hideControls(activeTab(), []), {
    id: "show-all",
    hidden: true,
  });
  ui.help.append(
    el("h2", { text: "Keyboard" }),
    el(
      "dl",
      {},
      ...KEYS.flatMap(([key, what]) => [
        el("dt", {}, el("kbd", { text: key })),
        el("dd", { text: what }),
      ]),
    ),
    el("p", { text: "Letters work while no text box has the cursor." }),
    el("h2", { text: "A link for a class" }),
    el("p", {
      text: "What is ticked is hidden here and wherever the link of this tab is opened.",
    }),
    ui.hiding,
    button("close", "Close", () => ui.help.close()),
  );
  ui.stored = localStorage.getItem("latent-theme");
  if (ui.stored) theme(ui.stored);
  ui.copyLink = button("link", "Copy link", (event) => copy(location.href, event.currentTarget), {
    id: "copy-link",
  });
  ui.element.append(
    el(
      "header",
      { class: "lp-top" },
      el("h1", {}, el("span", { class: "lp-mark", "aria-hidden": "true" }), "Latent Playground"),
      el(
        "div",
        { class: "lp-top-tools" },
        ui.facts,
        ui.device,
        ui.copyLink,
        ui.showAll,
        button(null, "?", () => showHelp(ui), {
          id: "help",
          "aria-label": "Keyboard shortcuts",
          class: "lp-button lp-round",
        }),
        button("moon", "Light or dark", flip, {
          id: "theme",
          quiet: true,
          class: "lp-button lp-round",
        }),
      ),
    ),
    ui.notice,
    ui.help,
    el("div", { id: "lp-live", class: "lp-offscreen", "aria-live": "polite" }),
  );
  ui.watch("value", () => showNotice(ui));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || ui.help.open) return;
    if (event.key === "Escape") return press("[data-key=escape]");
    if (typing(event.target)) return;
    const tab = all('#tabs [role="tab"]')[Number(event.key) - 1];
    if (/^[1-9]$/.test(event.key) && tab) tab.click();
    else if (event.key === "?") showHelp(ui);
    else if (event.key === "l") ui.copyLink.click();
    else if (event.key === "d") flip();
    else if (event.key === "r") press("[data-key=r]");
    else if (event.key === "c") press("[data-key=c]");
    else return;
    event.preventDefault();
  });
}

/** @param {Ui} ui */
function showHelp(ui) {
  offerHiding(ui);
  ui.help.showModal();
}

/** @param {Ui} ui */
function setUp2(ui) {
  const tabs = new MutationObserver(() => fitNotice(ui));
  tabs.observe(document.body, { attributeFilter: ["aria-selected"], subtree: true });
  hear("latent-hidden", () => offerAll(ui));
  document.addEventListener("click", () => setTimeout(() => offerAll(ui), 100));
  window.addEventListener("hashchange", (event) => restore(ui, event.newURL));
  restore(ui, location.href);
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp1(ui);
  setUp2(ui);
}
