// The grid: classes across, styles down. A class that was found has the digit it mostly holds
// under its number.

import { el } from "../../page/dom.js";
import { count, fixed, percent } from "../../page/numbers.js";
import { bytes, picture, split } from "../../page/pictures.js";
import { drawNumbers } from "./numbers.js";
import { modelOf } from "./styles.js";

/**
 * @typedef {import("./types.js").Grid} Grid
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").Request} Request
 * @typedef {import("./types.js").Ui} Ui
 */

/** @param {{digits: boolean}} model */
export const wordOf = ({ digits }) => (digits ? "digit" : "class");
/**
 * A class that the model was told, by its name.
 * @param {Model} model
 * @param {number} k
 */
const nameOf = ({ told, names }, k) => (told && names?.[k]) || `class ${k}`;

/** @param {Ui} ui @param {Grid} data @param {Request} request @param {() => boolean} alive */
export async function draw(ui, data, request, alive) {
  const model = modelOf(ui, request.checkpoint);
  fillUnits(ui, data);
  nameMeaning(ui, model, data);
  drawGrid(ui, model, data);
  ui.element.dataset.grid = [
    request.checkpoint,
    request.source,
    request.seed,
    request.first,
    data.unit,
  ].join(" "); // how tests know
  await drawNumbers(ui, model, data, request, alive);
}

/** @param {Ui} ui @param {Grid} grid */
function fillUnits(ui, { units: all, unit }) {
  ui.units.replaceChildren(
    ...all.map(([index, kl]) =>
      el("option", { value: index, text: `${index}, KL ${fixed(kl)} nats` }),
    ),
  );
  ui.units.value = String(unit);
}

/** @param {Ui} ui @param {Model} model @param {Grid} grid */
function nameMeaning(ui, model, { carried, columns }) {
  const word = wordOf(model);
  const n = carried?.reduce((sum, one) => sum + one.n, 0);
  const found = `This model found ${columns} classes without labels, so they carry no names. The one-hot of the class is set, the continuous units are kept.`;
  ui.meaning.textContent = model.told
    ? `This model is told the ${word}: to its decoder goes the code and, beside it, the ${word} of the column.`
    : carried
      ? `${found} Under each class: the ${model.digits ? "digit" : "label"} that most held-out pictures of it fixed, and their share, by ${count(n)} stored codes.`
      : found;
}

/** @param {string} text @param {...HTMLElement} cells */
const head = (text, ...cells) => el("tr", {}, el("th", { scope: "row", text }), ...cells);

/** @param {Ui} ui @param {Model} model @param {Grid} data */
function drawGrid(ui, model, data) {
  const { told } = model;
  const { rows, columns, carried, labels, own, values } = data;
  const all = split(bytes(data.pictures), rows * columns);
  const given = data.given && split(bytes(data.given), rows);
  const across = Array.from({ length: columns }, (_, k) => k);
  const heads = [
    el(
      "tr",
      {},
      el("th", { scope: "row", text: told ? wordOf(model) : "class" }),
      ...across.map((k) => el("th", { scope: "col", text: k, title: nameOf(model, k) })),
    ),
  ];
  if (carried) {
    heads.push(head("mostly", ...carried.map(({ label }) => el("td", { text: label ?? "–" }))));
    heads.push(
      head(
        "share",
        ...carried.map(({ share, n }) =>
          el("td", {
            text: share == null ? "–" : percent(share),
            title: `${count(n)} held-out pictures`,
          }),
        ),
      ),
    );
  }
  const cell = (/** @type {number} */ row, /** @type {number} */ k) => {
    const same = own?.[row] === k;
    const name = `style ${row + 1} as ${nameOf(model, k)}${same ? ", the reconstruction" : ""}`;
    return el("td", { class: same ? "styles-own" : null }, picture(all[row * columns + k], name));
  };
  const rowHead = (/** @type {number} */ row) => {
    if (values) return el("th", { scope: "row", text: fixed(values[row], 1) });
    if (!given) return el("th", { scope: "row", text: `style ${row + 1}` });
    const label = labels ? labels[row] : "";
    return el(
      "th",
      { scope: "row" },
      el(
        "span",
        { class: "styles-given" },
        picture(given[row], `held-out picture ${row + 1}`),
        el("span", { text: label }),
      ),
    );
  };
  ui.table.style.setProperty("--n", String(columns));
  ui.table.replaceChildren(
    el("thead", {}, ...heads),
    el(
      "tbody",
      {},
      ...Array.from({ length: rows }, (_, row) =>
        el("tr", {}, rowHead(row), ...across.map((k) => cell(row, k))),
      ),
    ),
  );
  ui.table.setAttribute(
    "aria-label",
    `${rows} styles in ${columns} ${told && model.digits ? "digits" : "classes"}`,
  );
  ui.gridNote.textContent = underGrid(model, data);
}

/** @param {Model} model @param {Grid} grid */
function underGrid(model, { values, given, labels, own, unit, note }) {
  if (values)
    return `Unit ${unit} from \u22122 to 2, down; the other units are those of the first style of the seed.`;
  if (!given) return "Each row is one draw from N(0, I) by the seed, the same in every column.";
  const how = model.told && labels ? `encoded with its true ${wordOf(model)}` : "encoded";
  const outlined = own
    ? "; in the outlined cell its code meets its own class, which is its reconstruction"
    : "";
  return `The picture at the start of a row was ${how}${outlined}. ${note}`;
}
