// What is on the page around the map.

import { button, el, svg } from "../../page/dom.js";
import { result } from "../../page/result.js";
import { setColour, setContours, setLabels, setTool, setView, stepFound } from "./controls.js";
import { draw, id } from "./latent_map.js";
import { fit, zoomBy } from "./plot.js";

/**
 * @typedef {import("./types.js").Tool} Tool
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {ReturnType<typeof segmented>} Segmented
 */

/** @type {Record<Tool, string>} */
export const HINTS = {
  point:
    "Click a point to see it, an empty place to decode it; drag to move. The wheel zooms once the map was clicked, with Ctrl at any time. Keys: arrows, Enter decodes, Space takes the nearest point, + − 0 zoom.",
  path: "Drag a line: eight places along it are decoded. Keys: arrows move, Enter sets a corner, Shift+Enter ends the line.",
  lasso:
    "Drag around points to list them below. Keys: arrows move, Enter sets a corner, Shift+Enter closes the loop.",
};

/** @type {Record<string, number>} */
const ARROWS = { ArrowLeft: -1, ArrowRight: 1 };

/**
 * Buttons of which one is pressed; arrow keys move along them.
 * @param {Ui} ui @param {string} name @param {string} label @param {(key: any) => void} pick
 */
function segmented(ui, name, label, pick) {
  const group = el("div", {
    class: "map-segmented",
    role: "radiogroup",
    "aria-label": label,
    id: id(ui, name),
  });
  const buttons = () => [...group.querySelectorAll("button")];
  group.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    const all = buttons();
    const held = all.findIndex((node) => node.contains(document.activeElement));
    const next = all[(held + step + all.length) % all.length];
    next.click();
    next.focus();
  });
  return {
    group,
    /** @param {{key: string, text: string, title: string}[]} choices */
    fill: (choices) =>
      group.replaceChildren(
        ...choices.map(({ key, text, title }) => {
          const props = { type: "button", role: "radio", "data-key-name": key, title, text };
          return el("button", { ...props, on: { click: () => pick(key) } });
        }),
      ),
    /** @param {string} key */
    show: (key) => {
      for (const node of buttons()) {
        node.setAttribute("aria-checked", String(node.dataset.keyName === key));
        node.tabIndex = node.dataset.keyName === key ? 0 : -1;
      }
    },
  };
}

/**
 * A button that stays pressed.
 * @param {Ui} ui @param {string} name @param {string} text @param {string} title
 * @param {boolean} pressed @param {() => void} click
 */
const toggle = (ui, name, text, title, pressed, click) =>
  el(
    "button",
    {
      type: "button",
      class: "lp-button",
      id: id(ui, name),
      "aria-pressed": String(pressed),
      title,
      on: { click },
    },
    text,
  );

/** @param {Ui} ui */
function setUpLife(ui) {
  ui.TAB = ui.props.tab;
  ui.since = performance.now();
  // the points of a checkpoint come once
  const run = async (/** @type {{checkpoint: string, watch: string}} */ { checkpoint, watch }) =>
    ui.shown && ui.checkpoint === checkpoint ? ui.answer : ui.server.run({ checkpoint, watch });
  ui.life = result(ui.TAB, {
    element: ui.element,
    ready: () => ui.trigger("ready"),
    server: { ...ui.server, run },
    draw: (data, request) => draw(ui, data, request),
    linked: () => ui.full,
  });
}

/** @param {Ui} ui */
function setUpBar(ui) {
  ui.views = segmented(ui, "views", "View", (key) => setView(ui, key));
  ui.tools = segmented(ui, "tools", "Tool", (key) => setTool(ui, key));
  ui.tools.fill([
    { key: "point", text: "Point", title: "Click to select or decode, drag to move" },
    { key: "path", text: "Path", title: "Drag a line to decode along it" },
    { key: "lasso", text: "Lasso", title: "Drag around points to list them" },
  ]);
  ui.colours = el("select", {
    class: "lp-input map-colour",
    id: id(ui, "colour"),
    on: { change: () => setColour(ui, ui.colours.value) },
  });
  ui.search = el("input", {
    class: "lp-input map-search",
    id: id(ui, "search"),
    type: "search",
    placeholder: "Search",
    maxlength: "200",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": id(ui, "found"),
  });
  ui.found = el("output", { class: "map-found", id: id(ui, "found") });
  ui.steps = el(
    "span",
    { class: "map-steps-found" },
    button(null, "‹", () => stepFound(ui, -1), { "aria-label": "Previous hit" }),
    button(null, "›", () => stepFound(ui, 1), { "aria-label": "Next hit" }),
  );
  ui.contours = toggle(
    ui,
    "contours",
    "Contours",
    "Lines around the half and the nine tenths of each mode's points where they lie densest",
    false,
    () => setContours(ui, !ui.look.contours),
  );
  ui.bar = el(
    "div",
    { class: "map-bar" },
    ui.views.group,
    ui.tools.group,
    el("label", { class: "map-label" }, el("span", { text: "Colour by" }), ui.colours),
    ui.contours,
    el("label", { class: "lp-offscreen", for: ui.search.id, text: "Search" }),
    el("div", { class: "map-searching" }, ui.search, ui.found, ui.steps),
  );
}

/** @param {Ui} ui */
function setUpStage(ui) {
  ui.canvas = el("canvas", { class: "map-points", "aria-hidden": "true" });
  ui.lines = svg("svg", { class: "map-lines", "aria-hidden": "true" });
  ui.marks = el("div", { class: "map-marks" });
  ui.areas = el("div", { class: "map-areas", "aria-hidden": "true" });
  ui.wheelHint = el("p", {
    class: "map-wheel",
    "aria-hidden": "true",
    hidden: true,
    text: "Click the map, or hold Ctrl, to zoom with the wheel",
  });
  ui.tip = el("div", { class: "map-tip", "aria-hidden": "true", hidden: true });
  ui.cross = el("div", { class: "map-cross", "aria-hidden": "true", hidden: true });
  ui.hint = el("p", { class: "map-note map-hint", id: id(ui, "hint") });
  ui.stage = el(
    "div",
    {
      class: "map-stage",
      id: id(ui, "stage"),
      tabindex: "0",
      role: "application",
      "aria-label": "Map of held-out codes",
      "aria-describedby": id(ui, "hint"),
    },
    ui.canvas,
    ui.lines,
    ui.areas,
    ui.marks,
    ui.cross,
    ui.tip,
    ui.wheelHint,
  );
  ui.labels = toggle(
    ui,
    "labels",
    "Labels",
    "Words that mark an area against the rest of the map; nearer, the areas are smaller",
    true,
    () => setLabels(ui, !ui.look.labels),
  );
}

/** @param {Ui} ui */
function setUpSheet(ui) {
  const zoomer = el(
    "div",
    { class: "map-zoom" },
    ui.labels,
    button(null, "+", () => zoomBy(ui, 1.5), { "aria-label": "Zoom in" }),
    button(null, "−", () => zoomBy(ui, 1 / 1.5), { "aria-label": "Zoom out" }),
    button(null, "Fit", () => fit(ui), { title: "Show all points" }),
  );
  ui.made = el("p", { class: "map-note" });
  ui.legend = el("div", { class: "lp-legend map-legend", role: "group", "aria-label": "Legend" });
  ui.status = el("p", { class: "map-note map-status", role: "status" });
  ui.typed = el("input", {
    class: "lp-input",
    id: id(ui, "sentence"),
    placeholder: "Write a sentence to place it",
    maxlength: "400",
    autocomplete: "off",
  });
  ui.placer = el(
    "form",
    { class: "map-placer lp-only-text" },
    el("label", { class: "lp-offscreen", for: ui.typed.id, text: "A sentence of your own" }),
    ui.typed,
    el("button", { type: "submit", class: "lp-button" }, "Place"),
  );
  ui.card = el("section", {
    class: "map-card",
    id: id(ui, "card"),
    "aria-label": "What is selected",
  });
  ui.table = el("details", { class: "map-table", id: id(ui, "table") });
  ui.missing = el("div", { class: "map-missing", hidden: true });
  ui.sheet = el(
    "div",
    { class: "map-sheet" },
    el(
      "div",
      { class: "map-left" },
      el("div", { class: "map-frame" }, ui.stage, zoomer),
      ui.status,
      ui.legend,
      ui.hint,
      ui.made,
    ),
    el("div", { class: "map-right" }, ui.placer, ui.card),
  );
}

/** @param {Ui} ui */
export function setUp(ui) {
  setUpLife(ui);
  setUpBar(ui);
  setUpStage(ui);
  setUpSheet(ui);
  ui.life.body.append(ui.missing, ui.bar, ui.sheet, ui.table);
  for (const node of [ui.bar, ui.sheet, ui.table]) node.hidden = true; // until there is something in them
}
