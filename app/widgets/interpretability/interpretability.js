// Our numbers, the published ones in grey, and the shuffled baseline, in one table.

import { views } from "../../page/address.js";
import { button, el, one, source } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { count, fixed } from "../../page/numbers.js";
import { result } from "../../page/result.js";

/**
 * @typedef {import("./types.js").Cell} Cell
 * @typedef {import("./types.js").Column} Column
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Row} Row
 * @typedef {import("./types.js").Scene} Scene
 * @typedef {import("./types.js").Ui} Ui
 */

/** @type {Record<string, string>} by metric */
const EXPLAIN = {
  mi_c: "Mutual information of the discrete code and the sentence, summed over the variables",
  mi_c_mean: "The same, divided by the number of variables; at most ln K",
  bleu: "BLEU-4 of reconstructions, greedy decoding",
  act_homogeneity: "1 − H(act | code) / H(act): 1 where a code tells the dialogue act",
  emotion_homogeneity: "1 − H(emotion | code) / H(emotion): 1 where a code tells the emotion",
  codes_used: "Different codes among the held-out sentences, of those possible",
};
/** @type {Record<string, number>} by metric; 2 if it is not here */
const digits = { bleu: 2, codes_used: 0, act_homogeneity: 3, emotion_homogeneity: 3 };

/** @param {string} id @param {number | null | undefined} x */
const show = (id, x) => (digits[id] === 0 ? count(x) : fixed(x, digits[id]));

/** @param {Ui} ui @param {Scene} data */
function draw(ui, data) {
  ui.scene = data;
  ui.head.replaceChildren(
    el("th", { scope: "col", text: "Model" }),
    ...data.columns.map(({ id, title, unit }) =>
      el(
        "th",
        { scope: "col", title: EXPLAIN[id] },
        title,
        unit ? el("span", { text: unit }) : null,
      ),
    ),
  );
  const best = data.columns.map((_, i) =>
    Math.max(...data.rows.map((row) => row.cells[i].value ?? -Infinity)),
  );
  ui.body.replaceChildren(
    ...data.rows.map((row) =>
      el(
        "tr",
        { "data-state": row.state, "data-name": row.name },
        el(
          "th",
          { scope: "row" },
          row.title,
          row.state === "ok"
            ? null
            : el("span", {
                text: row.state === "missing" ? "not on this machine" : "not measured yet",
              }),
        ),
        ...row.cells.map((cell, i) => td(cell, data.columns[i], row, cell.value === best[i])),
      ),
    ),
  );
  const first = data.rows.flatMap((row) => row.cells).find((cell) => cell.n);
  ui.foot.textContent =
    (first ? `Ours: ${first.split}, n = ${count(first.n)}. ` : "") +
    "m = 3 variables of K = 5 modes. “p.”: published, on nets of the paper's size; ours are smaller. The publication does not say whether its MI is a sum or a mean over variables, so both of ours are shown and the published one stands once. Homogeneity rises with the number of codes in use; compare it with “shuffled”.";
}

/** @param {Cell} cell @param {Column} column @param {Row} row @param {boolean} best */
function td(cell, { id }, row, best) {
  const below = [];
  if (cell.reference != null && id.endsWith("homogeneity"))
    below.push(`shuffled ${show(id, cell.reference)}`);
  if (id === "codes_used" && row.codes) below.push(`of ${count(row.codes)}`);
  const published =
    cell.published == null
      ? null
      : el("span", {
          class: "interpret-published",
          title: "Published",
          text: `p. ${fixed(cell.published)}`,
        });
  const value = cell.value == null ? "–" : show(id, cell.value);
  const title =
    cell.value == null
      ? null
      : `${cell.stderr == null ? "" : `± ${show(id, cell.stderr)} (one standard error). `}Measured on ${cell.split}, n = ${count(cell.n)}.`;
  return el(
    "td",
    { title, "data-metric": id },
    el("b", {
      class: best && cell.value != null && id !== "codes_used" ? "interpret-best" : "",
      text: value,
    }),
    published,
    below.length ? el("span", { class: "interpret-base", text: below.join(", ") }) : null,
  );
}

/** @param {Ui} ui */
function save(ui) {
  const columns = [
    "checkpoint",
    "model",
    ...ui.scene.columns.flatMap(({ id }) => [id, `${id}: published`, `${id}: shuffled`]),
  ];
  const value = (/** @type {number | null | undefined} */ x) => x ?? "";
  download(
    "interpretability.csv",
    "text/csv",
    csv([
      columns,
      ...ui.scene.rows.map((row) => [
        row.name,
        row.title,
        ...row.cells.flatMap((cell, i) => [
          value(cell.value),
          value(cell.published),
          ui.scene.columns[i].id.endsWith("homogeneity") ? value(cell.reference) : "",
        ]),
      ]),
    ]),
  );
}

/**
 * The tab's own result goes first: on two cores everything else would hold it up.
 * @param {Ui} ui
 * @param {number} [patience]
 */
function begin(ui, patience = 40) {
  const first = patience && !views[ui.props.tab]?.fragment;
  if (first) setTimeout(() => begin(ui, patience - 1), 100);
  else ui.life.view.run({});
}

/** @param {Ui} ui */
function setUp(ui) {
  ui.life = result(`${ui.props.tab}-interpretability`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (data) => draw(ui, data),
  });
  ui.head = el("tr");
  ui.body = el("tbody");
  ui.foot = el("p", { class: "interpret-note" });
  ui.fold = el(
    "details",
    { class: "lp-fold", open: true },
    el(
      "summary",
      {},
      el("h3", { text: "What do the codes tell? Everyday conversations, seven models" }),
    ),
    el(
      "p",
      { class: "interpret-note" },
      "Each row was trained by us on DailyDialog; beside each number, in grey, the published one (",
      source("https://proceedings.mlr.press/v119/shi20f.html", "Shi et al. 2020"),
      "), where it was stated; below a homogeneity, what shuffled labels give.",
    ),
    el(
      "div",
      {
        class: "interpret-scroll",
        tabindex: "0",
        role: "region",
        "aria-label": "Interpretability of the codes",
      },
      el(
        "table",
        { class: "interpret-table" },
        el("caption", {
          class: "lp-offscreen",
          text: "Interpretability of the codes on DailyDialog",
        }),
        el("thead", {}, ui.head),
        ui.body,
      ),
    ),
    ui.foot,
  );
  ui.life.body.append(ui.fold);
  ui.life.tools.prepend(
    button("save", "CSV of the table", () => save(ui), {
      id: `${ui.props.tab}-interpretability-csv`,
    }),
  );
  ui.fold.append(ui.life.tools, one(ui.element, ".lp-code"));
  begin(ui);
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp(ui);
}
