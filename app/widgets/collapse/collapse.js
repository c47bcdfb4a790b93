// Why text VAEs collapse. All numbers come once; only the bound of a sentence asks the server.
//   collapse.js  state, the table and its chart, the parts of the view
//   means.js     posterior means at each moment of a training

import { fragment, keep as pageKeep } from "../../page/address.js";
import { chart, line, points, rule } from "../../page/charts.js";
import { choice } from "../../page/choice.js";
import { button, el, panelOf, tableTwin } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { count, fixed, significant } from "../../page/numbers.js";
import { asker, result } from "../../page/result.js";
import * as link from "../../page/state.js";
import { at, rows, spreads, unpack } from "./means.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Bound} Bound
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").Row} Row
 * @typedef {import("./types.js").Ui} Ui
 */

const VIEW = "collapse";
const FIRST = { data: "tatoeba", moment: "", text: "" };
const LAST = 100; // the scrubber counts hundredths of a run
const TICK = 250; // ms between moments when they are played
const HIGH = 300; // px, of a chart
const REACH = 3.2; // of a code on the charts of means
const OPEN = [
  ["sample", "Sample"],
  ["interpolate", "Interpolate"],
  ["explore", "Explore"],
];
const DATA = { tatoeba: "Everyday sentences", synthetic: "Made sentences" };

/** @param {Ui} ui @param {string} name */
const id = (ui, name) => `${ui.props.tab}-collapse-${name}`;

// ---- state --------------------------------------------------------------------------------

/** @param {Ui} ui */
const shown = (ui) => ui.panel.dataset.mode === VIEW;

/** @param {Ui} ui */
const state = (ui) => link.write(ui.look, FIRST);

/** @param {Ui} ui */
function keep(ui) {
  const now = ui.scene ? state(ui) : ui.props.value; // what a link asks for and is not seen yet
  pageKeep(ui.props.tab, { collapse: shown(ui) ? now : "" });
}

/** @param {Ui} ui @param {Partial<Look>} change */
function choose(ui, change) {
  Object.assign(ui.look, change);
  ui.props.value = state(ui);
  keep(ui);
}

/** @param {Ui} ui */
function restore(ui) {
  ui.look = { ...FIRST, ...link.read(ui.props.value) };
  const there = Object.keys(ui.traces);
  if (there.length && !there.includes(ui.look.data)) ui.look.data = there[0];
  keep(ui);
  ui.sentence.value = ui.look.text || ui.scene.example;
  ui.data.set(ui.look.data);
  go(ui, ui.look.moment === "" ? LAST : Math.min(LAST, Number(ui.look.moment)));
  fillMeans(ui);
  return ui.scene.steps ? drawBound(ui) : undefined;
}

/** @param {Ui} ui @param {Answer} answer */
async function draw(ui, answer) {
  ui.scene = answer;
  ui.traces = Object.fromEntries(
    Object.entries(answer.pairs).map(([data, pair]) => [data, pair.map(unpack)]),
  );
  const there = Object.keys(ui.traces);
  ui.data.fill(Object.entries(DATA).filter(([data]) => there.includes(data)));
  ui.chooser.hidden = there.length < 2;
  ui.second.hidden = !there.length;
  ui.third.hidden = !answer.steps;
  drawTable(ui);
  drawPlot(ui);
  await restore(ui);
}

// ---- all remedies -------------------------------------------------------------------------

/** @param {Ui} ui */
function drawTable(ui) {
  const columns = Object.entries(ui.scene.columns);
  const heads = ["model", "what differs from the plain one", ...columns.map(([, text]) => text)];
  ui.table.replaceChildren(
    el("caption", { class: "lp-offscreen", text: "Text VAEs of the same nets" }),
    el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", { scope: "col", text })))),
    el("tbody", {}, ...ui.scene.rows.map((row) => tableRow(row, columns))),
  );
}

/** @param {Row} row @param {string[][]} columns */
function tableRow(row, columns) {
  const links = row.here
    ? OPEN.map(([tab, text]) =>
        el("a", {
          href: fragment(tab, { checkpoint: row.name }),
          text,
          "aria-label": `${row.title}: open in ${text}`,
        }),
      )
    : [el("span", { text: `not here: python scripts/train.py ${row.name}` })];
  return el(
    "tr",
    { "data-name": row.name },
    el(
      "th",
      { scope: "row" },
      el("b", { text: row.title }),
      el("span", { class: "collapse-links" }, ...links),
    ),
    el("td", { text: row.differs }),
    ...columns.map(([column]) => el("td", { text: cell(row, column) })),
  );
}

/** @param {Row} row @param {string} column */
function cell(row, column) {
  const value = row.values[column];
  if (value == null) return "–";
  return column === "active_units" ? `${count(value)} of ${row.latent_dim}` : fixed(value, 2);
}

/**
 * The bound over the KL: down is better, and at the left edge the code says nothing.
 * @param {Ui} ui
 */
function drawPlot(ui) {
  const known = ui.scene.rows.filter(({ values }) => values.kl != null && values.elbo_nll != null);
  const [kl, bound] = ["kl", "elbo_nll"].map((name) => known.map(({ values }) => values[name]));
  const said = known.map(
    ({ title }, i) =>
      `${title}: KL ${significant(kl[i])} nats, bound ${significant(bound[i])} nats`,
  );
  const marks = points("models", kl, bound, {
    ...{ colour: "--accent", size: 12, ids: known.map(({ name }) => name), said },
    text: known.map(({ title }) => title),
    places: known.map(() => "top right"),
  });
  ui.plot.node.hidden = !known.length;
  ui.plot.draw(
    [marks],
    {
      x: { low: -0.5, high: 1.35 * Math.max(...kl, 1), label: "KL, nats" },
      y: { label: "← better · bound, nats" },
    },
    said.join("; "),
  );
}

// ---- posterior means along a training -----------------------------------------------------

/** @param {Ui} ui */
const pair = (ui) => ui.traces[ui.look.data] ?? [];

/**
 * Both runs at a share of their length.
 * @param {Ui} ui
 * @param {number} place in hundredths
 */
function go(ui, place) {
  ui.scrub.value = String(place);
  const said = pair(ui).map((trace, k) => {
    const means = at(trace, place / LAST);
    const [model, encoder] = spreads(means).map((x) => fixed(x));
    const told = `step ${count(means.step)}: spread of the true means ${model}, of the encoder's ${encoder}`;
    ui.names[k].textContent = `${titleOf(k)}, ${told}`;
    const diagonal = line("equal", [-REACH, REACH], [-REACH, REACH], {
      ...{ colour: "--ink-2", dash: 2, width: 1, silent: true, hover: false },
    });
    const marks = points("sentences", means.model, means.encoder, {
      ...{ k: k * 4, size: 6, silent: true },
      hover: "true mean %{x:.2f}, encoder's %{y:.2f}",
    });
    const axis = { low: -REACH, high: REACH };
    ui.means[k].draw(
      [diagonal, marks],
      {
        x: { ...axis, label: "mean of p(z|x), by a grid" },
        y: { ...axis, label: "mean of q(z|x)" },
      },
      `${titleOf(k)}, ${told}`,
    );
    return means.step;
  });
  ui.when.textContent = `step ${said.map(count).join(" and ")}`;
  ui.scrub.setAttribute("aria-valuetext", ui.when.textContent);
  ui.second.dataset.moment = `${ui.look.data}@${place}`; // how tests know
}

/** @param {number} k */
const titleOf = (k) => ["Plain", "Encoder trained ahead"][k];

/** @param {Ui} ui */
function fillMeans(ui) {
  ui.meansTable.set(
    ["run", "step", "spread of the true means", "spread of the encoder's means"],
    pair(ui).flatMap((trace, k) => rows(trace).map((row) => [titleOf(k), ...row])),
  );
}

/** @param {Ui} ui */
function halt(ui) {
  clearInterval(ui.playing);
  ui.playing = 0;
  namePlay(ui);
  const place = Number(ui.scrub.value);
  choose(ui, { moment: place === LAST ? "" : String(place) });
}

/** @param {Ui} ui */
function playOn(ui) {
  const step = LAST / ((pair(ui)[1]?.steps.length ?? 2) - 1);
  if (Number(ui.scrub.value) >= LAST) go(ui, 0);
  let place = Number(ui.scrub.value);
  ui.playing = window.setInterval(() => {
    place = Math.min(LAST, place + step);
    go(ui, Math.round(place));
    if (place >= LAST || !ui.element.isConnected) halt(ui);
  }, TICK);
  namePlay(ui);
}

/** @param {Ui} ui */
function namePlay({ play, playing }) {
  play.textContent = playing ? "❚❚" : "▶";
  play.title = playing ? "Pause" : "Play the training";
  play.setAttribute("aria-label", play.title);
}

// ---- the bound of one sentence ------------------------------------------------------------

/** @param {Ui} ui */
async function drawBound(ui) {
  const mine = ++ui.turn;
  const sentence = ui.sentence.value.trim();
  ui.third.setAttribute("aria-busy", "true");
  /** @type {Bound} */
  const answer = await ui.ask("steps", { sentence });
  if (mine !== ui.turn) return;
  ui.third.removeAttribute("aria-busy");
  ui.bound.node.hidden = ui.boundTable.details.hidden = Boolean(answer.error);
  ui.boundNote.classList.toggle("collapse-wrong", Boolean(answer.error));
  if (answer.error) return (ui.boundNote.textContent = answer.error);
  const { nll, kl, importance_nll: exact, trained } = answer;
  const numbers = nll.map((_, step) => step);
  ui.bound.draw(
    [line("negative bound", numbers, nll, { k: 0 }), line("of it the KL", numbers, kl, { k: 4 })],
    {
      x: { label: "gradient steps" },
      y: { label: "nats", low: 0 },
      shapes: [
        rule({ y: exact }, { name: "−log p(x)" }),
        rule({ x: trained }, { name: "as trained" }),
      ],
    },
    `Negative bound of the sentence by gradient step: ${nll.map((x) => significant(x)).join(", ")} nats`,
  );
  ui.boundNote.textContent = `“${sentence}”: the encoder's own code costs ${fixed(nll[0])} nats, after the ${trained} steps of the training ${fixed(nll[trained])}, after ${nll.length - 1} steps ${fixed(nll[nll.length - 1])}; −log p(x) is about ${fixed(exact)}.`;
  ui.boundTable.set(
    ["step", "negative bound, nats", "of it the KL, nats"],
    numbers.map((step) => [step, Number(nll[step].toFixed(3)), Number(kl[step].toFixed(3))]),
  );
  ui.third.dataset.sentence = sentence; // how tests know
}

// ---- what is on the page ------------------------------------------------------------------

/** @param {Ui} ui */
function setUp(ui) {
  ui.panel = panelOf(ui.element);
  ui.life = result(`${ui.props.tab}-collapse`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (answer) => draw(ui, answer),
  });
  ui.ask = asker(ui.server, 60000);
  ui.look = { ...FIRST };
  ui.traces = {};
  ui.turn = ui.playing = 0;
  ui.plot = chart({ label: "Bound over KL", id: id(ui, "plot"), height: HIGH });
  ui.table = el("table", { class: "lp-figures collapse-table" });
  const scroll = { tabindex: "0", role: "region", "aria-label": "Text VAEs of the same nets" };
  const first = part(
    "The same sentences, the same nets, one thing changed",
    el("div", { class: "lp-sideways", ...scroll }, ui.table),
    ui.plot.node,
    note(
      "In nats, of 2,000 held-out sentences. A KL and a mutual information (MI) near 0 say that the code tells nothing: the model has collapsed to a language model, whose bound is hard to beat. −log p(x) is importance sampled. The MMD of a WAE asks nothing of each sentence's code, so its bound is not what it was trained for.",
    ),
  );
  setUpMeans(ui);
  setUpBound(ui);
  ui.life.body.append(
    el(
      "header",
      { class: "lp-head" },
      el("h3", { text: "Why text VAEs collapse, and what helps" }),
      el("p", {
        text: "A decoder of sentences soon guesses well from the words so far. If the encoder has not said anything useful by then, the KL makes it fall silent, and the decoder learns to do without the code.",
      }),
    ),
    first,
    ui.second,
    ui.third,
  );
  ui.life.tools.prepend(button("save", "CSV", () => save(ui), { id: id(ui, "csv") }));
  ui.watch("value", () => ui.scene && ui.props.value !== state(ui) && restore(ui));
}

/** @param {Ui} ui */
function setUpMeans(ui) {
  const frame = { class: "lp-choice-small", "aria-label": "Sentences" };
  ui.data = choice(id(ui, "data"), frame, (data) => {
    choose(ui, { data });
    go(ui, Number(ui.scrub.value));
    fillMeans(ui);
  });
  ui.chooser = el("div", {}, ui.data.group);
  ui.scrub = el("input", {
    ...{ type: "range", id: id(ui, "scrub"), min: 0, max: LAST, step: 1, value: LAST },
    "aria-label": "Moment of the training",
  });
  ui.play = el("button", { type: "button", class: "lp-button", id: id(ui, "play") });
  ui.when = el("output", { for: ui.scrub.id });
  ui.scrub.addEventListener("input", () => {
    if (ui.playing) halt(ui);
    go(ui, Number(ui.scrub.value));
  });
  ui.scrub.addEventListener("change", () => halt(ui));
  ui.play.addEventListener("click", () => (ui.playing ? halt(ui) : playOn(ui)));
  ui.means = [0, 1].map((k) =>
    chart({ label: titleOf(k), id: id(ui, `means-${k}`), height: HIGH }),
  );
  ui.names = ui.means.map(() => el("p", { class: "collapse-note" }));
  ui.meansTable = tableTwin("Posterior means as a table");
  ui.second = part(
    "An encoder that lags behind",
    el("div", { class: "collapse-line" }, ui.chooser, ui.play, ui.scrub, ui.when),
    el(
      "div",
      { class: "collapse-pair" },
      ...ui.means.map(({ node }, k) => el("div", {}, ui.names[k], node)),
    ),
    note(
      "Each mark is a held-out sentence, its code one number. Across: where the true posterior has it; up: where the encoder says it is. On the diagonal the encoder is right; flat marks: it lags behind; all at the middle: the model has collapsed.",
    ),
    ui.meansTable.details,
  );
  namePlay(ui);
}

/** @param {Ui} ui */
function setUpBound(ui) {
  ui.sentence = el("input", {
    ...{ type: "text", id: id(ui, "sentence"), class: "lp-input", maxlength: 200 },
  });
  const ask = () => {
    const text = ui.sentence.value.trim();
    choose(ui, { text: text === ui.scene.example ? "" : text });
    drawBound(ui);
  };
  ui.sentence.addEventListener("change", ask);
  ui.bound = chart({ label: "Bound by gradient step", id: id(ui, "bound"), height: HIGH });
  ui.boundNote = el("p", { class: "collapse-note", role: "status" });
  ui.boundTable = tableTwin("The bound as a table");
  ui.third = part(
    "One sentence, step by step",
    el(
      "div",
      { class: "collapse-line" },
      el("label", { for: ui.sentence.id, text: "Sentence" }),
      ui.sentence,
    ),
    ui.boundNote,
    ui.bound.node,
    note(
      "SA-VAE does not leave a code as the encoder has it: gradient steps on this sentence's own bound move its mean and its variance. What they win is the amortisation gap.",
    ),
    ui.boundTable.details,
  );
}

/** @param {string} title @param {...import("../../page/dom.js").Child} children */
const part = (title, ...children) =>
  el("section", { class: "lp-section collapse-part" }, el("h4", { text: title }), ...children);

/** @param {string} text */
const note = (text) => el("p", { class: "collapse-note", text });

/** @param {Ui} ui */
function save(ui) {
  const columns = Object.keys(ui.scene.columns);
  const lines = ui.scene.rows.map((row) => [
    row.name,
    row.title,
    row.differs,
    ...columns.map((column) => row.values[column] ?? ""),
  ]);
  const heads = ["checkpoint", "model", "what differs", ...columns];
  download("collapse.csv", "text/csv", csv([heads, ...lines]));
}

/**
 * Nothing is asked before the view is shown; a hidden view has no part in the link.
 * @param {Ui} ui
 */
function shownOrHidden(ui) {
  keep(ui);
  if (!shown(ui) || ui.begun) return;
  ui.begun = true;
  ui.life.view.run({});
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp(ui);
  ui.begun = false;
  new MutationObserver(() => shownOrHidden(ui)).observe(ui.panel, {
    attributeFilter: ["data-mode"],
  });
  setTimeout(() => shownOrHidden(ui));
}
