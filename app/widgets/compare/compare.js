// Two checkpoints side by side; emits "ready". Its parts:
//   compare.js   what is asked and kept, and items in a row
//   tables.js    reconstructions and the map, item by item, sorted by any column
//   grid.js      cells of two settings, computed as they are seen
//   sheet.js     what the CSV file holds

import { setView } from "../../page/address.js";
import { checkpoints } from "../../page/checkpoints.js";
import { button, el } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { fixed } from "../../page/numbers.js";
import { bytes, picture } from "../../page/pictures.js";
import { result } from "../../page/result.js";
import { tray } from "../../page/tray.js";
import { drawGrid } from "./grid.js";
import { sheetOf } from "./sheet.js";
import { drawMap, drawRebuilt, setUpMap } from "./tables.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Request} Request
 * @typedef {import("./types.js").Side} Side
 * @typedef {import("./types.js").Ui} Ui
 */

/** @type {Record<string, string[]>} what a view depends on, beside the two checkpoints */
const NEEDED = {
  samples: ["n", "seed", "temperature"],
  path: ["a", "b"],
  traversal: ["unit", "seed", "a"],
  reconstruction: ["n", "first", "sort"],
  map: ["first", "sort"],
  grid: ["rows", "columns", "seed", "temperature"],
};
/** Of a grid whose positions lie between two items of the person's own. */
const TYPED = ["rows", "columns", "ends", "seed", "a", "b"];

/** @param {Request} request */
function linked(request) {
  const { checkpoint, other, mode } = request;
  const text = checkpoints[checkpoint]?.modality === "text";
  const named = (/** @type {string} */ key) =>
    "ab".includes(key) && !text ? `picture_${key}` : key;
  const positions = [request.rows, request.columns].includes("position");
  const typed = mode === "grid" && request.ends === "boxes" && positions;
  const needed = typed ? TYPED : NEEDED[mode];
  const kept = needed.map(named).filter((key) => key !== "sort" || request.sort);
  return {
    checkpoint,
    other,
    mode,
    ...Object.fromEntries(kept.map((key) => [key, request[key]])),
  };
}

/**
 * An item as one sees it.
 * @param {string} modality
 * @param {string} item
 * @param {string} name
 */
export function thing(modality, item, name) {
  if (modality === "text") return el("span", { class: "lp-sentence", text: item || "(nothing)" });
  return picture(bytes(item), name);
}

/**
 * A star for an item of the view; what it is of may be the second checkpoint, or another seed.
 * @param {Ui} ui
 * @param {number} index
 * @param {string} modality
 * @param {string} item
 * @param {Record<string, any>} from
 */
export function starOf(ui, index, modality, item, from) {
  const view = ui.last?.request ?? {};
  const whole = modality === "text" ? item : bytes(item);
  return tray.star("compare", linked(view), index, whole, { ...view, ...from });
}

/** @param {Side} side @param {number} i */
export const nameOf = (side, i) => `${"AB"[i]}: ${side.title}`;

/** @param {string} reason */
export const reasonOf = (reason) => el("p", { class: "compare-cannot", text: reason });

/** @param {Ui} ui @param {string} key */
export function sortBy(ui, key) {
  ui.props.value = key;
  if (!ui.last) return;
  ui.last.request = { ...ui.last.request, sort: key };
  setView("compare", linked(ui.last.request));
  redraw(ui);
}

/** @param {Ui} ui */
function redraw(ui) {
  if (!ui.last) return;
  const { data, request } = ui.last;
  if (data.mode === "reconstruction") drawRebuilt(ui, data, request.sort);
  else if (data.mode === "map") drawMap(ui, data, request.sort);
  else if (data.mode === "grid") drawGrid(ui, data);
  else drawStrips(ui, data);
  ui.element.dataset.shown = [request.mode, request.checkpoint, request.other].join(" "); // how tests know
}

/**
 * What stands under each item of a row.
 * @param {string} mode
 * @param {number} i
 * @param {number} n
 */
function label(mode, i, n) {
  if (mode === "samples") return String(i + 1);
  return mode === "path" ? fixed(i / (n - 1)) : fixed(-3 + (6 * i) / (n - 1));
}

/** @param {Ui} ui @param {Answer} data */
function drawStrips(ui, { mode, sides }) {
  const shown = sides.map((side, i) => {
    const items = side.items ?? [];
    const { checkpoint } = side;
    const modality = checkpoints[checkpoint]?.modality;
    const first = i * (sides[0].items?.length ?? 0);
    const cells = items.map((item, k) =>
      el(
        "li",
        { class: "lp-item", "data-index": first + k },
        thing(modality, item, `${"AB"[i]}, ${label(mode, k, items.length)}`),
        el("span", { class: "compare-number", text: label(mode, k, items.length) }),
        starOf(ui, first + k, modality, item, { checkpoint }),
      ),
    );
    return el(
      "section",
      { class: "lp-section compare-side", "data-modality": modality },
      el("h4", { text: nameOf(side, i) }),
      side.cannot ? reasonOf(side.cannot) : el("ol", {}, ...cells),
      side.note ? el("p", { class: "lp-remark", text: side.note }) : null,
    );
  });
  ui.stage.replaceChildren(el("div", { class: "compare-sides" }, ...shown));
  const rows = sides.flatMap(({ checkpoint, items }, i) =>
    (items ?? []).map((item, k, all) => ({
      before: ["AB"[i], label(mode, k, all.length)],
      modality: checkpoints[checkpoint]?.modality,
      item,
    })),
  );
  ui.sheet = () => sheetOf(["side", "at"], rows);
}

/** @param {Ui} ui */
function saveJson(ui) {
  if (!ui.last) return;
  const { data, request } = ui.last;
  const whole = { view: linked(request), ...data };
  download("comparison.json", "application/json", JSON.stringify(whole, null, 1));
}

/** @param {Ui} ui */
function setUp(ui) {
  ui.stage = el("div", { class: "compare-stage" });
  ui.last = null;
  ui.sheet = () => [];
  ui.life = result("compare", {
    element: ui.element,
    ready: () => ui.trigger("ready"),
    server: ui.server,
    linked,
    draw: (data, request) => {
      ui.last = { data, request };
      redraw(ui);
    },
  });
  ui.ask = ui.life.ask;
  setUpMap(ui);
  const save = () => download("comparison.csv", "text/csv", csv(ui.sheet()));
  ui.csv = button("save", "CSV", save, {
    id: "compare-csv",
    title: "Sentences as they are, pictures as their pixels from 0 to 255, row by row",
  });
  ui.life.body.append(ui.stage);
  ui.life.tools.prepend(
    ui.csv,
    button("save", "JSON", () => saveJson(ui), { id: "compare-json" }),
  );
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  setUp(/** @type {Ui} */ ({ ...given }));
}
