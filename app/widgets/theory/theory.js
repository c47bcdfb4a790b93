// The decks' theory, live: eight panels, one shown. Its parts:
//   theory.js    what is on the page, the questions to the server, the link
//   controls.js  sliders and choices of the panel
//   plot.js      curves, points and areas, with axes
//
// It is one view of its tab, shown while the tab's mode is "theory". A panel that trains sends
// one figure after another and the page asks for the next: to cancel is to ask no more.

import { keep } from "../../page/address.js";
import { choice } from "../../page/choice.js";
import { button, el, panelOf, say, source, tableTwin, typeset } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { asker, LOST, result } from "../../page/result.js";
import * as link from "../../page/state.js";
import { fillForm, setUp as setUpControls } from "./controls.js";
import { drawPlots, setUp as setUpPlot } from "./plot.js";

/**
 * @typedef {import("./types.js").Control} Control
 * @typedef {import("./types.js").Figure} Figure
 * @typedef {import("./types.js").Ui} Ui
 */

const MODE = "theory";

/** @param {Ui} ui @param {string} name */
export const id = (ui, name) => `${ui.props.prefix}-${name}`;

/** @param {Ui} ui */
export const here = (ui) => ui.tabPanel.dataset.mode === MODE;

/** @param {Control[]} controls */
function starts(controls) {
  return Object.fromEntries(controls.map(({ name, start }) => [name, start]));
}

/** @param {Ui} ui */
function setUp1(ui) {
  ui.TAB = ui.props.tab;
  ui.tabPanel = panelOf(ui.element);
  ui.ask = asker(ui.server, 120_000, LOST);
  ui.panel = ui.props.panels[0];
  ui.chosen = Object.fromEntries(
    ui.props.panels.map(({ name, controls }) => [name, starts(controls)]),
  );
  ui.running = null; // the job that is asked for figures
  ui.shown = ""; // the view that is drawn, as it stands in the link
  ui.written = ui.props.value; // what this script itself made the value
  ui.outside = ""; // what is wrong with the link, until a person changes something
  ui.life = result(`${ui.TAB}-theory`, {
    element: ui.element,
    ready: () => {},
    draw: (data, asked, alive) => draw(ui, data, asked, alive),
    server: { run: (question) => ui.ask("run", question) },
  });
}

/**
 * Everything of a panel that does not have to be computed.
 * @param {Ui} ui
 */
function fill(ui) {
  ui.chooser.set(ui.panel.name);
  ui.claim.textContent = ui.panel.claim;
  ui.formula.replaceChildren(...typeset(ui.panel.formula));
  const sources = ui.panel.sources.flatMap(([text, href], i) => [
    i ? "; " : "",
    source(href, text),
  ]);
  ui.notes.replaceChildren(
    el("summary", { text: "How it is computed, and the source" }),
    el("p", {}, ...typeset(ui.panel.notes)),
    el("p", {}, ui.panel.sources.length > 1 ? "Sources: " : "Source: ", ...sources, "."),
  );
  fillForm(ui);
}

/** @param {Ui} ui @param {string} name */
function open(ui, name) {
  ui.panel = ui.props.panels.find((one) => one.name === name) ?? ui.panel;
  fill(ui);
  ui.twin.details.open = false;
  changed(ui);
}

// ---- the link -------------------------------------------------------------------------------

/** @param {Ui} ui */
function state(ui) {
  const values = ui.chosen[ui.panel.name];
  const first = { panel: ui.props.panels[0].name, ...starts(ui.panel.controls) };
  return link.write({ panel: ui.panel.name, ...values }, first);
}

/** @param {Ui} ui */
function remember(ui) {
  ui.written = ui.props.value = state(ui);
  keep(ui.TAB, { theory: ui.written });
}

/** @param {Ui} ui */
export function restore(ui) {
  const given = link.read(ui.props.value);
  ui.panel = ui.props.panels.find(({ name }) => name === given.panel) ?? ui.props.panels[0];
  ui.chosen[ui.panel.name] = starts(ui.panel.controls);
  const wrong = [];
  for (const { name, kind, label, low, high } of ui.panel.controls) {
    if (!(name in given)) continue;
    const value = kind === "choice" ? given[name] : Number(given[name]);
    if (typeof value === "number" && (value < low || value > high))
      wrong.push(`${label} lies from ${low} to ${high}; the link says ${given[name]}.`);
    else ui.chosen[ui.panel.name][name] = value;
  }
  ui.outside = wrong.length
    ? [
        ...wrong,
        wrong.length > 1 ? "The defaults are shown instead." : "The default is shown instead.",
      ].join(" ")
    : "";
  fill(ui);
}

// ---- what is on the page --------------------------------------------------------------------

/** @param {Ui} ui */
function setUp2(ui) {
  const frame = { class: "theory-chooser", "aria-label": "Panel" };
  ui.chooser = choice(id(ui, "panel"), frame, (name) => open(ui, name));
  ui.chooser.fill(ui.props.panels.map(({ name, title }) => [name, title]));
  ui.claim = el("p", { class: "theory-claim" });
  ui.formula = el("p", { class: "theory-formula" });
  ui.form = el("form", {
    class: "theory-form",
    "aria-label": "Settings of the panel",
    on: { submit: (/** @type {any} */ event) => event.preventDefault() },
  });
  ui.status = el("span", { class: "theory-status", role: "status", id: id(ui, "status") });
  ui.bar = el("progress", {
    class: "lp-progress",
    max: 1,
    value: 0,
    "aria-label": "Progress of the training",
  });
  ui.again = button("", "Train again", () => changed(ui), { id: id(ui, "again") });
  ui.stopper = button("close", "Cancel", () => cancel(ui), {
    id: id(ui, "cancel"),
    "data-key": "escape",
  });
  ui.training = el("div", { class: "theory-training" }, ui.bar, ui.status, ui.again, ui.stopper);
  ui.reset = button(
    "back",
    "Reset",
    () => ((ui.chosen[ui.panel.name] = starts(ui.panel.controls)), fillForm(ui), changed(ui)),
    { id: id(ui, "reset") },
  );
  ui.plots = el("div", { class: "theory-plots" });
  ui.facts = el("dl", { class: "theory-facts" });
  ui.twin = tableTwin("Numbers as a table");
  ui.notes = el("details", { class: "lp-more theory-notes" });
  ui.life.body.append(
    ui.chooser.group,
    ui.claim,
    ui.formula,
    el(
      "div",
      { class: "theory-sheet" },
      el("div", { class: "theory-side" }, ui.form, ui.training, ui.reset),
      el("div", { class: "theory-main" }, ui.facts, ui.plots),
    ),
    ui.notes,
    ui.twin.details,
  );
  ui.life.tools.prepend(
    button(
      "save",
      "CSV",
      () => download(`${ui.panel.name}.csv`, "text/csv", csv(ui.twin.sheet())),
      { id: id(ui, "csv") },
    ),
  );
  ui.watch("value", () => {
    if (ui.props.value === ui.written) return;
    ui.written = ui.props.value;
    restore(ui);
    if (here(ui)) run(ui);
  });
}

/** @param {Ui} ui */
export function shownOrHidden(ui) {
  if (!here(ui)) {
    cancel(ui, { quietly: true });
    return keep(ui.TAB, { theory: "" });
  }
  remember(ui);
  if (ui.figure && ui.shown === state(ui)) return;
  run(ui);
}

// ---- computing ------------------------------------------------------------------------------

/** @param {Ui} ui */
async function run(ui) {
  cancel(ui, { quietly: true });
  remember(ui);
  ui.training.hidden = !ui.panel.controls.some(({ name }) => name === "steps");
  busy(ui, "Loading");
  await ui.life.view.run({ panel: ui.panel.name, values: { ...ui.chosen[ui.panel.name] } });
  if (ui.running === null && ui.status.textContent === "Loading") busy(ui, "", 0);
}

/**
 * By a person, and no longer what the link says.
 * @param {Ui} ui
 */
export function changed(ui) {
  ui.outside = "";
  return run(ui);
}

/**
 * Called with the first figure; asks for the others until there are no more.
 * @param {Ui} ui
 * @param {Figure} data
 * @param {unknown} _asked
 * @param {() => boolean} alive
 */
async function draw(ui, data, _asked, alive) {
  ui.shown = state(ui);
  show(ui, data);
  if (ui.outside) ui.life.fail(ui.outside);
  ui.element.classList.remove("lp-stale");
  if (data.done) return busy(ui, "", 1);
  const mine = (ui.running = data.job);
  const going = () => alive() && ui.running === mine;
  while (going()) {
    busy(ui, "Training", ui.figure.share);
    const next = await ui.ask("more", { job: mine });
    if (!going()) return;
    if (next.error) {
      ui.running = null;
      busy(ui, "", 0);
      return ui.life.fail(next.error);
    }
    if (next.plots) show(ui, next);
    if (next.done) ui.running = null;
  }
  if (!alive()) return;
  busy(ui, "Trained", 1);
  say(ui.facts.textContent);
}

/** @param {Ui} ui @param {Figure} data */
function show(ui, data) {
  ui.figure = data;
  drawPlots(ui);
  drawFacts(ui);
  ui.twin.set(data.columns, data.rows);
  if (data.open) ui.twin.details.open = true;
}

/** @param {Ui} ui */
function drawFacts(ui) {
  const same = ui.facts.children.length === ui.figure.facts.length;
  if (!same)
    ui.facts.replaceChildren(
      ...ui.figure.facts.map(() =>
        el("div", {}, el("dt"), el("dd", {}, el("b"), el("span"), el("small"))),
      ),
    );
  ui.figure.facts.forEach(({ label, value, unit, note }, i) => {
    const [name, said] = ui.facts.children[i].children;
    const [number, measure, more] = said.children;
    name.textContent = label;
    number.textContent = value;
    measure.textContent = unit;
    more.textContent = note;
    ui.facts.children[i].setAttribute("data-fact", label);
  });
}

/** @param {Ui} ui @param {string} text @param {number} [share] */
function busy(ui, text, share = 0) {
  ui.status.textContent = text;
  ui.bar.value = share;
  ui.stopper.disabled = !ui.running;
  ui.again.disabled = !!ui.running;
}

/** @param {Ui} ui @param {{quietly?: boolean}} [options] */
function cancel(ui, { quietly = false } = {}) {
  if (!ui.running) return;
  ui.ask("stop", { job: ui.running });
  ui.running = null;
  ui.life.view.cancel();
  ui.element.removeAttribute("aria-busy");
  if (!quietly) busy(ui, "Cancelled", ui.figure.share);
}

/** @param {Ui} ui */
function setUp3(ui) {
  new MutationObserver(() => shownOrHidden(ui)).observe(ui.tabPanel, {
    attributeFilter: ["data-mode"],
  });
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp1(ui);
  setUp2(ui);
  setUp3(ui);
  setUpControls(ui);
  setUpPlot(ui);
}
