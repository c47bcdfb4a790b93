// What is on the page around the map.

import { button, el, svg } from "../../page/dom.js";
import { result } from "../../page/result.js";
import { setColour, setContours, setLabels, setTool, setView, stepFound } from "./controls.js";
import { draw, id } from "./latent_map.js";
import { fit, zoomBy } from "./plot.js";

export const HINTS = {
  point:
    "Click a point to see it, an empty place to decode it; drag to move. The wheel zooms once the map was clicked, with Ctrl at any time. Keys: arrows, Enter decodes, Space takes the nearest point, + − 0 zoom.",
  path: "Drag a line: eight places along it are decoded. Keys: arrows move, Enter sets a corner, Shift+Enter ends the line.",
  lasso:
    "Drag around points to list them below. Keys: arrows move, Enter sets a corner, Shift+Enter closes the loop.",
};

/** Buttons of which one is pressed; arrow keys move along them. */
function segmented(ui, name, label, pick) {
  const group = el("div", {
    class: "map-segmented",
    role: "radiogroup",
    "aria-label": label,
    id: id(ui, name),
  });
  const fill = (choices) =>
    group.replaceChildren(
      ...choices.map(({ key, text, title }) =>
        el(
          "button",
          {
            type: "button",
            role: "radio",
            "data-key-name": key,
            title,
            on: { click: () => pick(key) },
          },
          text,
        ),
      ),
    );
  /** @returns {HTMLElement[]} */
  const buttons = () => [...group.querySelectorAll("button")];
  const show = (key) => {
    for (const node of buttons()) {
      node.setAttribute("aria-checked", String(node.dataset.keyName === key));
      node.tabIndex = node.dataset.keyName === key ? 0 : -1;
    }
  };
  group.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = buttons();
    const held = /** @type {HTMLElement} */ (document.activeElement);
    const next = all[(all.indexOf(held) + step + all.length) % all.length];
    next.click();
    next.focus();
  });
  return Object.assign(group, { fill, show });
}

function setUp1(ui) {
  ui.TAB = ui.props.tab;
  ui.since = performance.now(); // when the points that are shown were asked for
  ui.once = {
    ...ui.server,
    run: (
      { checkpoint, watch }, // the points of a checkpoint come once
    ) =>
      ui.scene?.checkpoint === checkpoint && !ui.scene.absent
        ? ui.scene.answer
        : ui.server.run({ checkpoint, watch }),
  };
  ui.life = result(ui.TAB, {
    element: ui.element,
    ready: () => ui.trigger("ready"),
    server: ui.once,
    draw: (data, request) => draw(ui, data, request),
    linked: () => ui.full,
  });
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
  ui.contours = el(
    "button",
    {
      type: "button",
      class: "lp-button",
      id: id(ui, "contours"),
      "aria-pressed": "false",
      title:
        "Lines around the half and the nine tenths of each mode's points where they lie densest",
      on: { click: () => setContours(ui, !ui.look.contours) },
    },
    "Contours",
  );
  ui.labels = el(
    "button",
    {
      type: "button",
      class: "lp-button",
      id: id(ui, "labels"),
      "aria-pressed": "true",
      title: "Words that mark an area against the rest of the map; nearer, the areas are smaller",
      on: { click: () => setLabels(ui, !ui.look.labels) },
    },
    "Labels",
  );
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
}

function setUp2(ui) {
  ui.tip = el("div", { class: "map-tip", "aria-hidden": "true", hidden: true });
  ui.cross = el("div", { class: "map-cross", "aria-hidden": "true", hidden: true });
  ui.hint = el("p", { class: "map-note map-hint", id: id(ui, "hint") });
  ui.made = el("p", { class: "map-note" });
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
  ui.zoomer = el(
    "div",
    { class: "map-zoom" },
    ui.labels,
    button(null, "+", () => zoomBy(ui, 1.5), { "aria-label": "Zoom in" }),
    button(null, "−", () => zoomBy(ui, 1 / 1.5), { "aria-label": "Zoom out" }),
    button(null, "Fit", () => fit(ui), { title: "Show all points" }),
  );
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
      el("div", { class: "map-frame" }, ui.stage, ui.zoomer),
      ui.status,
      ui.legend,
      ui.hint,
      ui.made,
    ),
    el("div", { class: "map-right" }, ui.placer, ui.card),
  );
}

function setUp3(ui) {
  ui.bar = el(
    "div",
    { class: "map-bar" },
    ui.views,
    ui.tools,
    el("label", { class: "map-label" }, el("span", { text: "Colour by" }), ui.colours),
    ui.contours,
    el("label", { class: "lp-offscreen", for: ui.search.id, text: "Search" }),
    el("div", { class: "map-searching" }, ui.search, ui.found, ui.steps),
  );
  ui.life.body.append(ui.missing, ui.bar, ui.sheet, ui.table);
  for (const node of [ui.bar, ui.sheet, ui.table]) node.hidden = true; // until there is something in them
}

export function setUp(ui) {
  setUp1(ui);
  setUp2(ui);
  setUp3(ui);
}
