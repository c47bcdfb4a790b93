// A grid of any two settings. A row is asked for when it is seen; the server keeps each cell.

import { el } from "../../page/dom.js";
import { significant } from "../../page/numbers.js";
import { reasonOf, starOf, thing } from "./compare.js";
import { sheetOf } from "./sheet.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Cell} Cell
 * @typedef {import("./types.js").Ui} Ui
 */

/** @type {Record<string, string>} */
const NAMES = { top_p: "top p" };
/** @param {string} axis */
const named = (axis) => NAMES[axis] ?? axis;
/** @param {string | number} value */
const shown = (value) => (typeof value === "number" ? significant(value) : value);

/** @param {Ui} ui @param {Answer} data */
export function drawGrid(ui, { axes, rows, columns, cells }) {
  const [down, across] = axes.map(named);
  const head = el(
    "tr",
    {},
    el("th", { scope: "col", text: `${down} ↓, ${across} →` }),
    ...columns.map((value) => el("th", { scope: "col", text: shown(value) })),
  );
  /** @type {import("./sheet.js").Line[]} */
  const lines = [];
  ui.sheet = () => sheetOf([down, across], lines.filter(Boolean));
  const body = rows.map((value, r) =>
    el(
      "tr",
      { "aria-busy": "true" },
      el("th", { scope: "row", text: shown(value) }),
      ...columns.map((_, c) =>
        el("td", { class: "lp-item compare-wait", "data-index": r * columns.length + c }),
      ),
    ),
  );
  const table = el(
    "table",
    { class: "compare-grid" },
    el("thead", {}, head),
    el("tbody", {}, ...body),
  );
  const region = { class: "compare-scroll", tabindex: "0", role: "region", "aria-label": "Grid" };
  ui.stage.replaceChildren(el("div", region, table));
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      const r = body.indexOf(/** @type {HTMLTableRowElement} */ (target));
      fill(ui, body[r], cells[r], (item, modality, c) => {
        const before = [rows[r], columns[c]];
        lines[r * columns.length + c] = { before, modality, item };
      });
    }
  });
  for (const row of body) seen.observe(row);
}

/**
 * @param {Ui} ui
 * @param {HTMLTableRowElement} row
 * @param {Record<string, any>[]} settings of its cells
 * @param {(item: string, modality: string, column: number) => void} keep told of each item
 */
async function fill(ui, row, settings, keep) {
  row.classList.add("compare-asked");
  ui.element.setAttribute("aria-busy", "true");
  const answer = await ui.ask("cells", { wanted: settings });
  if (!row.isConnected) return;
  row.classList.remove("compare-asked");
  row.removeAttribute("aria-busy");
  const more = ui.stage.querySelector(".compare-asked") || ui.element.matches(".lp-waiting");
  if (!more) ui.element.removeAttribute("aria-busy");
  const nodes = [...row.querySelectorAll("td")];
  /** @type {Cell[]} */
  const found = answer.cells ?? settings.map(() => ({ cannot: answer.error }));
  found.forEach(({ item, modality = "", cannot }, c) => {
    nodes[c].classList.remove("compare-wait");
    if (item === undefined) return nodes[c].replaceChildren(reasonOf(cannot ?? ""));
    const index = Number(nodes[c].dataset.index);
    const { checkpoint, seed } = settings[c];
    nodes[c].replaceChildren(
      thing(modality, item, `row ${row.rowIndex}, column ${c + 1}`),
      starOf(ui, index, modality, item, { checkpoint, seed }),
    );
    keep(item, modality, c);
  });
}
