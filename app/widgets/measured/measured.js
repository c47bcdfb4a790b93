// Tables measured on held-out inputs, in a fold below what they are about.
//
// The panel of the tab says what is chosen: data-mode, data-pair (language models), data-victim
// (a classifier). Rows to compare with, such as published ones, are in italics.

import { button, el, panelOf } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { percent, significant } from "../../page/numbers.js";

/**
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Line} Line
 * @typedef {import("./types.js").Outcome} Outcome
 * @typedef {import("./types.js").Row} Row
 * @typedef {import("./types.js").Table} Table
 * @typedef {import("./types.js").Ui} Ui
 */

/** @type {Record<string, string[]>} tables by mode */
const SHOWN = {
  keywords: ["keywords", "mixing"],
  paraphrase: ["paraphrase"],
  correction: ["correction"],
  attack: ["attack"],
};
/** @type {Record<string, string>} by column */
const HEADS = {
  n: "inputs",
  success: "misled",
  passes: "forward passes",
  "nll per word": "NLL per word, nats",
  "ess per 100 steps": "ESS per 100 steps",
  "ess per second": "ESS per second",
  text: "original",
  chain: "the chain wrote",
};
const SHARES = new Set(["keywords kept", "success", "acceptance", "restored exactly"]);

/** @param {Ui} ui */
const checkpoint = (ui) =>
  ui.panel.dataset.mode === "attack"
    ? ui.panel.dataset.victim
    : ui.panel.dataset.pair && `${ui.panel.dataset.pair}--forward`;

/** @param {Ui} ui */
async function show(ui) {
  const { mode = "" } = ui.panel.dataset;
  const name = checkpoint(ui);
  const { tables } = name
    ? ((await (ui.answers[name] ??= ui.server.tables({ checkpoint: name }))) ?? {})
    : {};
  if (mode !== (ui.panel.dataset.mode ?? "") || name !== checkpoint(ui)) return;
  if (name && !tables) delete ui.answers[name]; // the server did not answer, or has no such checkpoint
  const shown = (tables ?? []).filter(({ id }) => SHOWN[mode]?.includes(id));
  ui.body.replaceChildren(...shown.map((table) => section(ui, table)));
  ui.element.hidden = !shown.length;
  ui.element.dataset.shown = shown.map(({ id }) => id).join(" "); // how tests know
}

/** @param {Ui} ui @param {Table} table */
function section(ui, table) {
  const { id, title, note, rows, examples } = table;
  const keys = columnsOf(rows, ["label", "reference"]);
  const name = `${ui.props.prefix}-${id}`;
  return el(
    "section",
    { class: "measured-section", "aria-labelledby": name },
    el(
      "div",
      { class: "measured-head" },
      el("h3", { text: title, id: name }),
      button(
        "save",
        "CSV",
        () => download(`${id}.csv`, "text/csv", csv(plain(rows, ["label", ...keys]))),
        { "aria-label": `CSV of ${title}` },
      ),
    ),
    grid(
      title,
      ["", ...keys],
      rows.map((row) => ({
        published: row.reference,
        head: row.label,
        cells: keys.map((key) => cell(key, row[key])),
      })),
    ),
    el("p", { text: note }),
    ...(examples.length ? [exampleTable(title, examples)] : []),
  );
}

/** @param {string} title @param {Table["examples"]} examples */
function exampleTable(title, examples) {
  const flat = examples.map(({ methods, ...rest }) => ({
    ...rest,
    ...Object.fromEntries(
      Object.entries(methods ?? {}).map(([key, found]) => [key, outcome(found)]),
    ),
  }));
  const keys = columnsOf(flat, []);
  const [first, ...rest] = keys;
  const lines = flat.map((row) => ({
    head: said(row[first]),
    cells: rest.map((key) => said(row[key])),
  }));
  return el(
    "div",
    { class: "measured-examples" },
    el("h4", { text: examples.length > 1 ? `${examples.length} examples` : "One example" }),
    grid(`${title}: examples`, keys, lines),
  );
}

/** @param {Outcome} outcome */
const outcome = ({ flipped, text, trials }) =>
  `${text} (${flipped ? "✔" : "✕ not"}\u00a0misled, ${trials}\u00a0${trials === 1 ? "trial" : "trials"})`;

/** @param {any} value */
const said = (value) => (Array.isArray(value) ? value.join(", ") : (value ?? "–"));

/** @param {Row[]} rows @param {string[]} without */
const columnsOf = (rows, without) =>
  [...new Set(rows.flatMap(Object.keys))].filter((key) => !without.includes(key));

/** @param {Row[]} rows @param {string[]} keys */
const plain = (rows, keys) => [keys, ...rows.map((row) => keys.map((key) => row[key]))];

/** @param {string} label @param {string[]} keys @param {Line[]} lines */
function grid(label, keys, lines) {
  return el(
    "div",
    { class: "lp-twin-scroll", tabindex: "0", role: "region", "aria-label": label },
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el("tr", {}, ...keys.map((key) => el("th", { scope: "col", text: HEADS[key] ?? key }))),
      ),
      el(
        "tbody",
        {},
        ...lines.map(({ published, head, cells }) =>
          el(
            "tr",
            { class: published ? "measured-published" : null },
            el("th", { scope: "row", text: head }),
            ...cells.map((text) => el("td", { text })),
          ),
        ),
      ),
    ),
  );
}

/** @param {string} key @param {number | null | undefined} value */
function cell(key, value) {
  if (value == null) return "–";
  if (SHARES.has(key)) return percent(value, value === 1 ? 0 : 1);
  return significant(value);
}

/** @param {Ui} ui */
function setUp(ui) {
  ui.panel = panelOf(ui.element);
  ui.answers = {}; // checkpoint -> promise of its tables
  ui.body = el("div", { class: "measured-body" });
  ui.fold = el(
    "details",
    { class: "lp-more", id: `${ui.props.prefix}-fold` },
    el("summary", { text: "Measured on held-out inputs" }),
    ui.body,
  );
  ui.element.append(ui.fold);
  ui.element.hidden = true;
  new MutationObserver(() => show(ui)).observe(ui.panel, {
    attributeFilter: ["data-mode", "data-pair", "data-victim"],
  });
  show(ui);
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp(ui);
}
