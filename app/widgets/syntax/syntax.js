// Syntax and meaning: two sentences, each one's meaning in the form of the other, and what a net
// reads off each of the two codes. The numbers come at once; the swaps ask the server.

import { fragment, keep as pageKeep } from "../../page/address.js";
import { chart, heat } from "../../page/charts.js";
import { labelled, offer, select } from "../../page/choice.js";
import { button, el, panelOf, tableTwin, typeset } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { fixed } from "../../page/numbers.js";
import { asker, result } from "../../page/result.js";
import * as link from "../../page/state.js";
import { outcome, unknown, verdict } from "./words.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Entry} Entry
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").Numbers} Numbers
 * @typedef {import("./types.js").Swap} Swap
 * @typedef {import("./types.js").Ui} Ui
 */

const VIEW = "syntax";
const LONGEST = 200; // characters of a sentence
const READ = /** @type {const} */ ({ tree: "the tree", words: "the content words" });
const CODES = /** @type {const} */ ({ syntax: "z_syn", meaning: "z_sem" });
/** @type {[string, string][]} */
const SWAPS = [
  ["swap_tree", "the wanted tree"],
  ["swap_words", "the wanted words"],
  ["swap_both", "both"],
];
const OPEN = [
  ["interpolate", "Interpolate"],
  ["sample", "Sample"],
  ["explore", "Explore"],
];

/** @param {Ui} ui @param {string} name */
const id = (ui, name) => `${ui.props.tab}-syntax-${name}`;

// ---- state --------------------------------------------------------------------------------

/** @param {Ui} ui */
const shown = (ui) => ui.panel.dataset.mode === VIEW;

/** @param {Ui} ui @returns {Look} */
const first = ({ numbers }) => ({
  of: numbers.models[0]?.name ?? "",
  a: numbers.first[0],
  b: numbers.first[1],
});

/**
 * The model is always named: which one comes first depends on the machine.
 * @param {Ui} ui
 */
const state = (ui) => link.write(ui.look, { ...first(ui), of: null });

/** @param {Ui} ui */
function keep(ui) {
  const now = ui.numbers ? state(ui) : ui.props.value; // what a link asks for and is not seen yet
  pageKeep(ui.props.tab, { syntax: shown(ui) ? now : "" });
}

/** @param {Ui} ui */
function restore(ui) {
  ui.look = { ...first(ui), ...link.read(ui.props.value) };
  const lost = ui.numbers.models.every(({ name }) => name !== ui.look.of) ? ui.look.of : "";
  if (lost) ui.look.of = first(ui).of;
  ui.missing.hidden = !lost;
  ui.missing.textContent = `${lost} is not here. Another is shown instead.`;
  keep(ui);
  return drawSwaps(ui);
}

/** @param {Ui} ui @param {Partial<Look>} change */
function choose(ui, change) {
  Object.assign(ui.look, change);
  ui.missing.hidden = true;
  ui.props.value = state(ui);
  keep(ui);
  drawSwaps(ui);
}

// ---- drawing ------------------------------------------------------------------------------

/** @param {Ui} ui @param {Numbers} numbers */
async function draw(ui, numbers) {
  ui.numbers = numbers;
  const none = !numbers.models.length;
  ui.sheet.hidden = ui.life.tools.hidden = none;
  if (none) {
    ui.missing.hidden = false;
    ui.missing.textContent =
      "No model with a code for each is on this machine. Train one: python scripts/train.py text_vae/dss_vae--grammar";
    return;
  }
  offer(
    ui.models,
    numbers.models.map(({ name, title }) => [name, title]),
  );
  await restore(ui);
}

/** @param {Ui} ui */
async function drawSwaps(ui) {
  const mine = ++ui.turn;
  const { of, a, b } = ui.look;
  [ui.models.value, ui.a.value, ui.b.value] = [of, a, b];
  const model = /** @type {Model} */ (ui.numbers.models.find(({ name }) => name === of));
  drawNumbers(ui, model);
  ui.links.replaceChildren(
    ...OPEN.map(([tab, text]) =>
      el("a", { href: fragment(tab, { checkpoint: of }), text: `Open in ${text}` }),
    ),
  );
  ui.table.setAttribute("aria-busy", "true");
  /** @type {Answer} */
  const answer = await ui.ask("swap", { checkpoint: of, a, b });
  if (mine !== ui.turn) return;
  ui.table.removeAttribute("aria-busy");
  ui.note.classList.toggle("syntax-wrong", Boolean(answer.error));
  ui.table.hidden = ui.trees.details.hidden = Boolean(answer.error);
  ui.note.textContent =
    answer.error ??
    answer.given
      .map((one, i) => unknown(one, "AB"[i]))
      .join(" ")
      .trim();
  ui.note.hidden = !ui.note.textContent;
  if (!answer.error) drawTable(ui, answer);
  ui.element.dataset.swap = `${a} | ${b}`; // how tests know
}

/** @param {Ui} ui @param {Answer} answer */
function drawTable(ui, { given, swaps }) {
  const { a, b } = ui.look;
  const rows = [
    ["A", a, given[0].construction, ""],
    ["B", b, given[1].construction, ""],
    ...[
      ["A in its own form", swaps[0], given[0], given[0]],
      ["B in its own form", swaps[1], given[1], given[1]],
      ["A’s meaning, B’s form", swaps[2], given[0], given[1]],
      ["B’s meaning, A’s form", swaps[3], given[1], given[0]],
    ].map((row) => {
      const [name, swap, meaning, form] = /** @type {[string, Swap, any, any]} */ (row);
      return [name, swap.text, swap.construction || "none", outcome(swap, meaning, form)];
    }),
  ];
  const head = ["", "sentence", "construction", "what became of it"];
  ui.table.replaceChildren(
    el("caption", { class: "lp-offscreen", text: "Each meaning in each form" }),
    el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col", text })))),
    el(
      "tbody",
      {},
      ...rows.map(([name, text, construction, told], i) =>
        el(
          "tr",
          { class: i > 3 ? "syntax-swap" : null },
          el("th", { scope: "row", text: name }),
          el("td", { class: "syntax-text", text }),
          el("td", { text: construction || "not of the grammar" }),
          el("td", { text: told }),
        ),
      ),
    ),
  );
  ui.trees.set(
    ["", "sentence", "tree", "content words"],
    [
      ["A", a, given[0].tree, given[0].content.join(" ")],
      ["B", b, given[1].tree, given[1].content.join(" ")],
      ...swaps.map((one, i) => [rows[i + 2][0], one.text, one.tree, one.content.join(" ")]),
    ],
  );
}

/** @param {Ui} ui @param {Model} model */
function drawNumbers(ui, model) {
  const reads = /** @type {(keyof typeof READ)[]} */ (Object.keys(READ));
  const codes = /** @type {(keyof typeof CODES)[]} */ (Object.keys(CODES));
  const measured = reads.every((read) => codes.every((code) => model.probes[read][code]));
  ui.probes.node.hidden = !measured;
  const said = measured
    ? verdict(model)
    : `It was not measured: python scripts/evaluate.py ${model.name}`;
  ui.verdict.replaceChildren(...(measured ? typeset(said) : [said]));
  if (measured) {
    const z = reads.map((read) =>
      codes.map((code) => /** @type {Entry} */ (model.probes[read][code]).value),
    );
    const text = z.map((row) => row.map((value) => `${fixed(value, 1)} %`));
    const trace = {
      ...heat(z, { x: Object.values(CODES), y: Object.values(READ), text, bar: "%" }),
    };
    ui.probes.draw(
      [
        {
          ...trace,
          zmin: 0,
          zmax: 100,
          hovertemplate: "%{y} off %{x}: %{z:.1f} %<extra></extra>",
        },
      ],
      { x: { label: "read off", category: true }, y: { category: true } },
      reads
        .map((read, i) =>
          codes.map((code, j) => `${READ[read]} off ${CODES[code]} ${text[i][j]}`).join(", "),
        )
        .join("; "),
    );
  }
  const rows = [
    ...reads.flatMap((read) =>
      codes.map((code) => [`${READ[read]} off ${CODES[code]}`, model.probes[read][code]]),
    ),
    ...SWAPS.map(([name, title]) => [`swaps with ${title}`, model.swaps[name]]),
  ].filter(([, entry]) => entry);
  ui.measured.set(
    ["", "%", "test sentences", "to compare with, %", "which is"],
    rows.map(([name, given]) => {
      const entry = /** @type {Entry} */ (given);
      const { value, n, reference, reference_is } = entry;
      return [
        name,
        fixed(value, 1),
        n,
        reference == null ? "" : fixed(reference, 1),
        reference_is,
      ];
    }),
  );
}

// ---- what is on the page ------------------------------------------------------------------

/** @param {Ui} ui @param {"a" | "b"} name */
function box(ui, name) {
  const input = el("input", {
    ...{ type: "text", id: id(ui, name), class: "lp-input", maxlength: LONGEST },
    on: { change: () => choose(ui, { [name]: input.value.trim() }) },
  });
  return input;
}

/** @param {Ui} ui */
function setUp(ui) {
  ui.panel = panelOf(ui.element);
  ui.ask = asker(ui.server, 60000);
  ui.look = { of: "", a: "", b: "" };
  ui.turn = 0;
  ui.begun = false;
  ui.life = result(`${ui.props.tab}-syntax`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (numbers) => draw(ui, numbers),
  });
  ui.missing = el("p", { class: "lp-remark", hidden: true });
  ui.models = select(id(ui, "model"), [], (of) => choose(ui, { of }));
  [ui.a, ui.b] = [box(ui, "a"), box(ui, "b")];
  ui.note = el("p", { class: "lp-remark", role: "status" });
  ui.table = el("table", { class: "lp-figures syntax-table" });
  ui.trees = tableTwin("Trees and words as a table");
  ui.links = el("p", { class: "syntax-links" });
  ui.verdict = el("p", { class: "lp-remark" });
  ui.probes = chart({ label: "What is read off each code", id: id(ui, "probes"), height: 260 });
  ui.measured = tableTwin("Probes and swaps as a table");
}

/** @param {string} title @param {...import("../../page/dom.js").Child} children */
const part = (title, ...children) =>
  el("section", { class: "lp-section" }, el("h4", { text: title }), ...children);

/** @param {Ui} ui */
function layOut(ui) {
  const turn = button("swap", "Swap A and B", () => choose(ui, { a: ui.look.b, b: ui.look.a }), {
    id: id(ui, "turn"),
  });
  const region = { tabindex: "0", role: "region", "aria-label": "Each meaning in each form" };
  ui.sheet = el(
    "div",
    { class: "syntax-sheet" },
    el(
      "div",
      { class: "syntax-bar" },
      labelled("Model", ui.models),
      labelled("Sentence A", ui.a),
      labelled("Sentence B", ui.b),
      turn,
    ),
    part(
      "Each meaning in each form",
      ui.note,
      el("div", { class: "lp-sideways syntax-scroll", ...region }, ui.table),
      el("p", {
        class: "lp-remark",
        text: "Trees do not tell articles, and bags of words do not tell who did it to whom, so neither code was asked for them: articles change, and at times the frog kisses the princess.",
      }),
      ui.trees.details,
      ui.links,
    ),
    part(
      "What a net reads off each code",
      ui.verdict,
      ui.probes.node,
      el(
        "p",
        { class: "lp-remark" },
        ...typeset(
          "A net with one hidden layer, trained on training codes for nothing else, scored on held-out sentences. The tree off z_syn and the words off z_sem should be high, the other two no higher than guessing.",
        ),
      ),
      ui.measured.details,
    ),
  );
  ui.life.body.append(
    el(
      "header",
      { class: "lp-head" },
      el("h3", { text: "Syntax and meaning" }),
      el(
        "p",
        {},
        ...typeset(
          "DSS-VAE has a code for how a sentence is built and one for what it says: z_syn has to tell the tree, z_sem the content words, and adversaries keep from each what is the other’s. The sentences come from a grammar, so that both are known: put the meaning of one into the form of the other.",
        ),
      ),
    ),
    ui.missing,
    ui.sheet,
  );
  ui.life.tools.prepend(
    button("save", "CSV", () => download("swaps.csv", "text/csv", csv(ui.trees.sheet())), {
      id: id(ui, "csv"),
    }),
  );
}

// ---- life ---------------------------------------------------------------------------------

/** @param {Ui} ui */
function begin(ui) {
  if (shown(ui) && !ui.begun) {
    ui.begun = true;
    ui.life.view.run?.({});
  }
  keep(ui);
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp(ui);
  layOut(ui);
  ui.watch("value", () => ui.numbers && ui.props.value !== state(ui) && restore(ui));
  new MutationObserver(() => begin(ui)).observe(ui.panel, { attributeFilter: ["data-mode"] });
  begin(ui);
}
