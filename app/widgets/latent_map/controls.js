// View, tool, colour, contours, search, and the mode that is lit.

import { activeTab } from "../../page/address.js";
import { tell } from "../../page/events.js";
import { count } from "../../page/numbers.js";
import { drawContours } from "./contours.js";
import { drawLabels } from "./labels.js";
import { modeName, noun, remember, view } from "./latent_map.js";
import { drawLegend, drawMarks, drawPoints, find, recolour, relight } from "./paint.js";
import { fit } from "./plot.js";
import { moveSelection, placeSentence, selectPoint } from "./selection.js";
import { HINTS } from "./sheet.js";
import { clearStroke } from "./stroke.js";
import { drawTable } from "./table.js";

/**
 * @typedef {import("./types.js").Mode} Mode
 * @typedef {import("./types.js").Tool} Tool
 * @typedef {import("./types.js").Ui} Ui
 */

/** @param {Ui} ui @param {string} key */
export function setView(ui, key) {
  ui.look.view = key;
  ui.views.show(key);
  clearStroke(ui);
  fit(ui, { quiet: true });
  const kind = ui.look.colour.split(".")[0];
  if (view(ui).variable != null && (kind === "mode" || kind === "sure")) {
    // the one that is seen
    ui.colours.value = ui.look.colour = `${kind}.${view(ui).variable}`;
    ui.hidden.clear();
    recolour(ui);
  } else if (kind === "trust") recolour(ui);
  drawLegend(ui);
  moveSelection(ui);
  drawMarks(ui);
  remember(ui);
}

/** @param {Ui} ui @param {Tool} key */
export function setTool(ui, key) {
  ui.look.tool = key;
  ui.tools.show(key);
  ui.hint.textContent = HINTS[key];
  ui.stage.dataset.tool = key;
  clearStroke(ui);
  remember(ui);
}

/** @param {Ui} ui @param {string} key */
export function setColour(ui, key) {
  const start = performance.now();
  ui.look.colour = key;
  ui.hidden.clear();
  recolour(ui);
  drawPoints(ui);
  drawMarks(ui);
  performance.measure("latent-map-recolour", { start });
  drawTable(ui);
  remember(ui);
}

/** @param {Ui} ui @param {boolean} on */
export function setContours(ui, on) {
  ui.look.contours = on;
  ui.contours.setAttribute("aria-pressed", String(on));
  drawContours(ui);
  drawLegend(ui);
  remember(ui);
}

/** @param {Ui} ui @param {boolean} on */
export function setLabels(ui, on) {
  ui.look.labels = on;
  ui.labels.setAttribute("aria-pressed", String(on));
  drawLabels(ui);
  remember(ui);
}

/** Go on to the next or the previous point that the search found. @param {Ui} ui @param {1 | -1} step */
export function stepFound(ui, step) {
  const rows = [];
  for (let i = 0; i < ui.scene.n; i++) if (ui.matches?.[i]) rows.push(i);
  if (!rows.length) return;
  const now = ui.selection?.kind === "point" ? rows.indexOf(ui.selection.row) : -1;
  const next = now < 0 ? (step > 0 ? 0 : rows.length - 1) : now + step;
  const at = (next + rows.length) % rows.length;
  ui.found.textContent = `${count(at + 1)} of ${count(rows.length)}`;
  selectPoint(ui, rows[at]);
}

/**
 * Light up one mode, or none; told to the rest of the page where a person did it here.
 * @param {Ui} ui @param {Mode | null} lit @param {{tell?: boolean}} [how]
 */
export function setLit(ui, lit, { tell: own = true } = {}) {
  ui.look.lit = lit;
  if (lit && own) {
    const [variable, component] = lit;
    tell("latent-mode", { checkpoint: ui.checkpoint, variable, component });
    ui.trigger("select", { kind: "mode", variable, component });
  }
  relight(ui);
  drawMarks(ui);
  drawLegend(ui);
  drawTable(ui);
  tellLit(ui);
  remember(ui);
}

/** @param {Ui} ui */
function tellLit(ui) {
  if (!ui.look.lit) return void (ui.status.textContent = "");
  const [j, k] = ui.look.lit;
  const n = ui.scene.modes[j].reduce((sum, mode) => sum + Number(mode === k), 0);
  ui.status.textContent = `${modeName(ui, j, k)}: ${noun(ui, n)} of ${count(ui.scene.n)} lit. Click its centre again to end this.`;
}

/** Look while one writes. @param {Ui} ui */
function setUpSearch(ui) {
  ui.waiting = 0;
  ui.search.addEventListener("input", () => {
    clearTimeout(ui.waiting);
    ui.waiting = setTimeout(() => {
      ui.look.find = ui.search.value.trim();
      find(ui);
      drawTable(ui);
      remember(ui);
    }, 60);
  });
  ui.search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      stepFound(ui, event.shiftKey ? -1 : 1);
    }
    if (event.key !== "Escape") return;
    event.stopPropagation();
    ui.search.value = ui.look.find = "";
    find(ui);
    drawTable(ui);
    remember(ui);
    ui.stage.focus();
  });
}

/** @param {Ui} ui */
export function setUp(ui) {
  setUpSearch(ui);
  document.addEventListener("keydown", (event) => {
    const target = /** @type {Element} */ (event.target);
    const typing = target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || activeTab() !== ui.TAB || !ui.element.isConnected) return;
    event.preventDefault();
    ui.search.focus();
    ui.search.select();
  });
  ui.placer.addEventListener("submit", (event) => {
    event.preventDefault();
    placeSentence(ui, ui.typed.value.trim());
  });
}
