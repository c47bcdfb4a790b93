// What to run: the controls above the player.

import { choice, dice, field, numberBox, running, seedBox, select } from "../../page/choice.js";
import { el, one, panelOf, source } from "../../page/dom.js";
import { id } from "./chain_player.js";
import { runForm, stop } from "./running.js";
import { ACTIONS, isAnnealed, isKernel, TASKS } from "./settings.js";

/**
 * @typedef {import("./types.js").Edit} Edit
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Task} Task
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").Weights} Weights
 */

const NOTES = [
  "A step draws an action, a place and a word from q, which two language models give that read from the left and from the right. The proposal x′ is accepted with probability α = min(1, π(x′) q(x | x′) / (π(x) q(x′ | x))): a number u is drawn between 0 and 1, and u ≤ α accepts. So, in the long run, the chain visits each sentence as often as the target π says, which need only be known up to a constant. Logarithms are natural, in nats.",
  "Annealed, step n has the target π(x)^(1/T), T going geometrically from the first temperature to the second over the steps of the run. Above 1 a chain crosses what is unlikely; towards 0 only the peaks of π are left. What it ends at is a good sentence, and no sample of π.",
  "The paper’s released procedure goes through the places from left to right, draws among the 100 likeliest words by their π, takes a replacement whenever π passes a threshold, and leaves the place out of the ratio. What it converges to is not π.",
];

// ---- the controls ---------------------------------------------------------------------------

/** @param {Ui} ui */
function setUpSentences(ui) {
  ui.task = "keywords";
  ui.words = [];
  ui.about = el("p", { class: "lp-about" });
  ui.chips = el("span", { class: "chain-chiplist", role: "list" });
  ui.wordBox = el("input", {
    class: "chain-wordbox",
    id: id(ui, "keywords"),
    autocomplete: "off",
    spellcheck: "false",
    maxlength: "200",
    placeholder: "add a word",
  });
  ui.wordLabel = el("label", { for: ui.wordBox.id });
  ui.wordField = el(
    "div",
    { class: "chain-chips", on: { click: () => ui.wordBox.focus() } },
    ui.chips,
    ui.wordBox,
  );
  ui.startBox = el("input", {
    class: "lp-input",
    id: id(ui, "start"),
    autocomplete: "off",
    maxlength: "400",
  });
  ui.startLabel = el("label", { for: ui.startBox.id });
  ui.wordBox.addEventListener("keydown", (event) => {
    const typed = ui.wordBox.value;
    if (event.key === "," || ([" ", "Enter"].includes(event.key) && typed.trim())) {
      event.preventDefault();
      takeWords(ui);
    } else if (event.key === "Backspace" && !typed && ui.words.length) {
      ui.words.pop();
      drawChips(ui);
    }
  });
  ui.wordBox.addEventListener("blur", () => takeWords(ui));
}

/** @param {Ui} ui */
function setUpKernel(ui) {
  const frame = { "aria-label": "Kernel", id: id(ui, "kernel") };
  ui.kernel = choice(id(ui, "kernel"), frame);
  ui.kernel.fill([
    ["exact", "Exact", "Metropolis-Hastings: its samples are distributed as π"],
    [
      "rescored",
      "Rescored",
      "Metropolis-Hastings too: words are drawn by π itself among the 100 likeliest; fewer rejections, slower steps",
    ],
    [
      "paper",
      "Paper",
      "The procedure that the authors of CGMH released, which does not sample π exactly",
    ],
    ["both", "Both", "Exact and paper side by side, on the same seed"],
  ]);
}

/** @param {Ui} ui */
function setUpSchedule(ui) {
  const schedule = { "aria-label": "Schedule", id: id(ui, "schedule") };
  ui.schedule = choice(id(ui, "schedule"), schedule, () => showSchedule(ui));
  ui.schedule.fill([
    ["sample", "Sample", "T = 1 at every step: the chain samples π"],
    ["anneal", "Anneal", "π(x)^(1/T), T falling: ends near a peak of π, and samples nothing"],
  ]);
  ui.hotBox = numberBox(id(ui, "hot"), 0.05, 20, { step: "any" });
  ui.coldBox = numberBox(id(ui, "cold"), 0.05, 20, { step: "any" });
  ui.heatField = group("Temperature T", boxes(["from", ui.hotBox], ["to", ui.coldBox]));
}

/** @param {Ui} ui */
function setUpModels(ui) {
  ui.lmList = select(id(ui, "lm"), [], () => sayPair(ui));
  ui.judgeList = select(id(ui, "judge"), []);
  ui.judgeField = field("Language model of the target", ui.judgeList, {
    class: "lp-form-field lp-grow",
  });
  ui.shortestBox = numberBox(id(ui, "shortest"), 1, 60);
  ui.longestBox = numberBox(id(ui, "longest"), 1, 60);
  const proposal = (/** @type {Edit} */ edit) => numberBox(id(ui, edit), 0, 100, { step: 0.1 });
  ui.proposalBoxes = {
    replace: proposal("replace"),
    insert: proposal("insert"),
    delete: proposal("delete"),
  };
  ui.weightBoxes = {};
  ui.weightRow = boxes();
}

/** Several controls under one name. @param {string} title @param {HTMLElement} node */
const group = (title, node) =>
  el("div", { class: "lp-form-field" }, el("span", { class: "chain-label", text: title }), node);
/** @param {...[name: string, box: HTMLElement]} named */
const boxes = (...named) =>
  el("div", { class: "chain-boxes" }, ...named.map(([name, box]) => el("label", {}, name, box)));

/** What is set for each run. @param {Ui} ui */
function runRow(ui) {
  ui.stepsBox = numberBox(id(ui, "steps"), 1, 20000);
  ui.chainsBox = numberBox(id(ui, "chains"), 1, 16);
  ui.seedBox = seedBox(id(ui, "seed"));
  const rolled = (/** @type {number} */ seed) => {
    ui.seedBox.value = String(seed);
    runForm(ui);
  };
  const look = { "data-key": "r", class: "lp-button lp-square" };
  const submit = { type: "submit", class: "lp-button lp-primary", id: id(ui, "run") };
  ui.underWay = running({ status: id(ui, "status"), cancel: id(ui, "cancel") }, () => stop(ui));
  return el(
    "div",
    { class: "lp-form-row" },
    group("Kernel", ui.kernel.group),
    group("Schedule", ui.schedule.group),
    ui.heatField,
    field("Steps", ui.stepsBox),
    field("Chains", ui.chainsBox),
    field("Seed", ui.seedBox, {}, dice("Roll the seed and run", rolled, look)),
    el("button", submit, "Run"),
    ui.underWay.node,
  );
}

/** How a step is decided, and who found it. */
function explanations() {
  const sources = el(
    "p",
    {},
    "Sources: ",
    source("https://doi.org/10.1093/biomet/57.1.97", "Hastings 1970"),
    "; ",
    source("https://arxiv.org/abs/1811.10996", "Miao et al., CGMH, 2019"),
    "; ",
    source("https://doi.org/10.1126/science.220.4598.671", "Kirkpatrick et al. 1983"),
    "; ",
    source("https://aclanthology.org/2020.acl-main.28", "Liu et al., UPSA, 2020"),
    ".",
  );
  return el(
    "details",
    { class: "lp-more" },
    el("summary", { text: "How a step is decided" }),
    ...NOTES.map((text) => el("p", { text })),
    sources,
  );
}

/** What is seldom set. @param {Ui} ui */
function more(ui) {
  const { replace, insert, delete: remove } = ui.proposalBoxes;
  const proposals = boxes(["replace", replace], ["insert", insert], ["delete", remove]);
  return el(
    "details",
    { class: "lp-more", id: id(ui, "more") },
    el("summary", { text: "Model, proposals, target" }),
    el(
      "div",
      { class: "lp-form-row" },
      field("Language models", ui.lmList, { class: "lp-form-field lp-grow" }),
      ui.judgeField,
      group("Words in a sentence", boxes(["from", ui.shortestBox], ["to", ui.longestBox])),
    ),
    el(
      "div",
      { class: "lp-form-row" },
      group("Proposals, in proportion", proposals),
      group("Weights of the parts of log π", ui.weightRow),
    ),
  );
}

// ---- what they say --------------------------------------------------------------------------

/** @param {Ui} ui */
function drawChips(ui) {
  ui.chips.replaceChildren(
    ...ui.words.map((word, i) =>
      el(
        "span",
        { class: "chain-chip", role: "listitem" },
        word,
        el(
          "button",
          {
            type: "button",
            "aria-label": `Remove ${word}`,
            on: { click: () => (ui.words.splice(i, 1), drawChips(ui), ui.wordBox.focus()) },
          },
          "×",
        ),
      ),
    ),
  );
}

/** What was typed becomes keywords. @param {Ui} ui */
function takeWords(ui) {
  ui.words.push(...ui.wordBox.value.split(/[\s,;]+/).filter(Boolean));
  ui.wordBox.value = "";
  drawChips(ui);
}

/** The temperatures are there to be set where the target cools. @param {Ui} ui */
function showSchedule(ui) {
  const annealed = ui.schedule.get() === "anneal";
  ui.heatField.hidden = !annealed;
  if (annealed && Number(ui.hotBox.value) === 1 && Number(ui.coldBox.value) === 1)
    fill(ui.props.first.temperatures, ui.hotBox, ui.coldBox);
}

/** @param {number[]} values @param {...HTMLInputElement} into */
function fill(values, ...into) {
  for (const [i, box] of into.entries()) box.value = String(values[i]);
}

/** Fill the controls. @param {Ui} ui @param {Task} name @param {Run} run */
export function showForm(ui, name, run) {
  ui.task = name;
  const { words: label, start, hint, about: said } = TASKS[name];
  ui.element.dataset.task = name;
  ui.wordLabel.textContent = label;
  ui.startLabel.textContent = start;
  ui.startBox.placeholder = hint;
  ui.about.textContent = said;
  const { settings } = run;
  ui.words = [...settings.keywords];
  drawChips(ui);
  ui.startBox.value = settings.start;
  ui.kernel.set(run.kernel);
  ui.schedule.set(isAnnealed(settings) ? "anneal" : "sample");
  fill(settings.temperatures, ui.hotBox, ui.coldBox);
  showSchedule(ui);
  fill([run.steps, run.chains, run.seed], ui.stepsBox, ui.chainsBox, ui.seedBox);
  fill([settings.shortest, settings.longest], ui.shortestBox, ui.longestBox);
  for (const edit of ACTIONS) fill([settings.proposals[edit] ?? 1], ui.proposalBoxes[edit]);
  showModels(ui, settings);
  showWeights(ui, ui.offers.weights[name], settings.weights);
}

/** @param {Ui} ui @param {{lm: string, judge: string}} settings */
function showModels(ui, { lm, judge }) {
  ui.lmList.value = lm;
  sayPair(ui);
  if (![...ui.judgeList.options].some(({ value }) => value === judge))
    // from a file or a link
    ui.judgeList.append(el("option", { value: judge, text: `${judge} (not here)` }));
  ui.judgeList.value = judge;
  ui.judgeField.hidden = ui.judgeList.options.length < 2;
}

/** Of each part of log π. @param {Ui} ui @param {Weights} known @param {Weights} weights */
function showWeights(ui, known, weights) {
  const named = Object.entries(known).map(([part, plain]) => {
    const name = id(ui, `weight-${part.replaceAll(" ", "-")}`);
    const box = numberBox(name, 0, 100, { step: 0.1 });
    fill([weights[part] ?? plain], box);
    return /** @type {const} */ ([part, box]);
  });
  ui.weightBoxes = Object.fromEntries(named);
  ui.weightRow.replaceChildren(...named.map(([part, box]) => el("label", {}, part, box)));
}

/** Which language models are chosen, for the tables that were measured of them. @param {Ui} ui */
function sayPair(ui) {
  panelOf(ui.element).dataset.pair = ui.lmList.value;
}

/** The name of a box that holds no number, or nothing. @param {Ui} ui */
export function emptyBox(ui) {
  const all = [...ui.form.querySelectorAll("input")];
  const box = all.find(({ type, value }) => type === "number" && value.trim() === "");
  if (!box) return "";
  const label = one(ui.form, `label[for="${box.id}"], label:has(#${box.id})`);
  const shared = box.closest(".chain-boxes")?.parentElement?.querySelector(".chain-label");
  return `“${shared ? `${shared.textContent}, ` : ""}${label.textContent}”`;
}

/** What the controls say, where each box for a number holds one. @param {Ui} ui @returns {Run} */
export function readForm(ui) {
  takeWords(ui);
  const annealed = ui.schedule.get() === "anneal";
  const kernel = ui.kernel.get() ?? "";
  const [steps, chains, seed] = [ui.stepsBox, ui.chainsBox, ui.seedBox].map(numberIn);
  return {
    task: ui.task,
    kernel: isKernel(kernel) ? kernel : "exact",
    steps,
    chains,
    seed,
    settings: {
      task: ui.task,
      lm: ui.lmList.value,
      keywords: [...ui.words],
      start: ui.startBox.value.trim(),
      judge: ui.judgeList.value,
      proposals: numbersIn(ui.proposalBoxes),
      weights: numbersIn(ui.weightBoxes),
      shortest: numberIn(ui.shortestBox),
      longest: numberIn(ui.longestBox),
      temperatures: annealed ? [numberIn(ui.hotBox), numberIn(ui.coldBox)] : [1, 1],
      cooling: annealed ? steps : 0,
    },
  };
}

/** @param {HTMLInputElement} box */
const numberIn = (box) => Number(box.value);
/** @param {Record<string, HTMLInputElement>} boxes */
const numbersIn = (boxes) =>
  Object.fromEntries(Object.entries(boxes).map(([name, box]) => [name, numberIn(box)]));

/** @param {Ui} ui */
export function setUp(ui) {
  setUpSentences(ui);
  setUpKernel(ui);
  setUpSchedule(ui);
  setUpModels(ui);
  ui.form = el(
    "form",
    { class: "lp-form", novalidate: true, hidden: true },
    ui.about,
    el(
      "div",
      { class: "lp-form-row" },
      el("div", { class: "lp-form-field lp-grow" }, ui.wordLabel, ui.wordField),
      el("div", { class: "lp-form-field lp-grow" }, ui.startLabel, ui.startBox),
    ),
    runRow(ui),
    el("div", { class: "lp-folds" }, explanations(), more(ui)),
  );
  ui.form.addEventListener("submit", (event) => {
    event.preventDefault();
    runForm(ui);
  });
  ui.noteLine = el("p", { class: "chain-notes", role: "status", hidden: true });
}
