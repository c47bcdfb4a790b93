// What to run: the controls above the player.

import { choice, dice, field, numberBox, running, seedBox, select } from "../../page/choice.js";
import { el, panelOf, source } from "../../page/dom.js";
import { id } from "./chain_player.js";
import { runForm, stop } from "./running.js";
import { ACTIONS, isAnnealed, TASKS } from "./settings.js";

function setUp1(ui) {
  ui.task = "keywords";
  ui.words = []; // the keywords of the form
  ui.chips = el("span", { class: "chain-chiplist", role: "list" });
  ui.wordBox = el("input", {
    class: "chain-wordbox",
    id: id(ui, "keywords"),
    autocomplete: "off",
    spellcheck: "false",
    maxlength: "200",
    placeholder: "add a word",
  });
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
  ui.stepsBox = numberBox(id(ui, "steps"), 1, 20000);
  ui.chainsBox = numberBox(id(ui, "chains"), 1, 16);
  ui.seedBox = seedBox(id(ui, "seed"));
  ui.lmList = select(id(ui, "lm"), [], () => sayPair(ui));
  ui.judgeList = select(id(ui, "judge"), []);
  ui.judgeField = field("Language model of the target", ui.judgeList, {
    class: "lp-form-field lp-grow",
  });
  ui.shortestBox = numberBox(id(ui, "shortest"), 1, 60);
  ui.longestBox = numberBox(id(ui, "longest"), 1, 60);
  ui.proposalBoxes = Object.fromEntries(
    ACTIONS.map((action) => [action, numberBox(id(ui, action), 0, 100, { step: 0.1 })]),
  );
  ui.weightBoxes = {};
  ui.weightRow = el("div", { class: "chain-boxes" });
  ui.about = el("p", { class: "lp-about" });
  ui.runButton = el(
    "button",
    { type: "submit", class: "lp-button lp-primary", id: id(ui, "run") },
    "Run",
  );
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
  const schedule = { "aria-label": "Schedule", id: id(ui, "schedule") };
  ui.schedule = choice(id(ui, "schedule"), schedule, () => showSchedule(ui));
  ui.schedule.fill([
    ["sample", "Sample", "T = 1 at every step: the chain samples π"],
    ["anneal", "Anneal", "π(x)^(1/T), T falling: ends near a peak of π, and samples nothing"],
  ]);
  ui.hotBox = numberBox(id(ui, "hot"), 0.05, 20, { step: "any" });
  ui.coldBox = numberBox(id(ui, "cold"), 0.05, 20, { step: "any" });
  ui.heatField = el(
    "div",
    { class: "lp-form-field" },
    el("span", { class: "chain-label", text: "Temperature T" }),
    el(
      "div",
      { class: "chain-boxes" },
      el("label", {}, "from", ui.hotBox),
      el("label", {}, "to", ui.coldBox),
    ),
  );
  ui.underWay = running({ status: id(ui, "status"), cancel: id(ui, "cancel") }, () => stop(ui));
}

function setUp2(ui) {
  ui.wordLabel = el("label", { for: ui.wordBox.id });
  ui.startLabel = el("label", { for: ui.startBox.id });
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
    el(
      "div",
      { class: "lp-form-row" },
      el(
        "div",
        { class: "lp-form-field" },
        el("span", { class: "chain-label", text: "Kernel" }),
        ui.kernel.group,
      ),
      el(
        "div",
        { class: "lp-form-field" },
        el("span", { class: "chain-label", text: "Schedule" }),
        ui.schedule.group,
      ),
      ui.heatField,
      field("Steps", ui.stepsBox),
      field("Chains", ui.chainsBox),
      field(
        "Seed",
        ui.seedBox,
        {},
        dice(
          "Roll the seed and run",
          (seed) => {
            ui.seedBox.value = seed;
            runForm(ui);
          },
          { "data-key": "r", class: "lp-button lp-square" },
        ),
      ),
      ui.runButton,
      ui.underWay.node,
    ),
    el(
      "div",
      { class: "lp-folds" },
      el(
        "details",
        { class: "lp-more" },
        el("summary", { text: "How a step is decided" }),
        el("p", {
          text: "A step draws an action, a place and a word from q, which two language models give that read from the left and from the right. The proposal x′ is accepted with probability α = min(1, π(x′) q(x | x′) / (π(x) q(x′ | x))): a number u is drawn between 0 and 1, and u ≤ α accepts. So, in the long run, the chain visits each sentence as often as the target π says, which need only be known up to a constant. Logarithms are natural, in nats.",
        }),
        el("p", {
          text: "Annealed, step n has the target π(x)^(1/T), T going geometrically from the first temperature to the second over the steps of the run. Above 1 a chain crosses what is unlikely; towards 0 only the peaks of π are left. What it ends at is a good sentence, and no sample of π.",
        }),
        el("p", {
          text: "The paper’s released procedure goes through the places from left to right, draws among the 100 likeliest words by their π, takes a replacement whenever π passes a threshold, and leaves the place out of the ratio. What it converges to is not π.",
        }),
        el(
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
        ),
      ),
      el(
        "details",
        { class: "lp-more", id: id(ui, "more") },
        el("summary", { text: "Model, proposals, target" }),
        el(
          "div",
          { class: "lp-form-row" },
          field("Language models", ui.lmList, { class: "lp-form-field lp-grow" }),
          ui.judgeField,
          el(
            "div",
            { class: "lp-form-field" },
            el("span", { class: "chain-label", text: "Words in a sentence" }),
            el(
              "div",
              { class: "chain-boxes" },
              el("label", {}, "from", ui.shortestBox),
              el("label", {}, "to", ui.longestBox),
            ),
          ),
        ),
        el(
          "div",
          { class: "lp-form-row" },
          el(
            "div",
            { class: "lp-form-field" },
            el("span", { class: "chain-label", text: "Proposals, in proportion" }),
            el(
              "div",
              { class: "chain-boxes" },
              ...ACTIONS.map((action) => el("label", {}, action, ui.proposalBoxes[action])),
            ),
          ),
          el(
            "div",
            { class: "lp-form-field" },
            el("span", { class: "chain-label", text: "Weights of the parts of log π" }),
            ui.weightRow,
          ),
        ),
      ),
    ),
  );
}

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
function takeWord(ui) {
  const typed = ui.wordBox.value.split(/[\s,;]+/).filter(Boolean);
  ui.wordBox.value = "";
  if (!typed.length) return false;
  ui.words.push(...typed);
  drawChips(ui);
  return true;
}

/** The temperatures are there to be set where the target cools. */
function showSchedule(ui) {
  const annealed = ui.schedule.get() === "anneal";
  ui.heatField.hidden = !annealed;
  const [hot, cold] = ui.props.first.temperatures;
  if (annealed && value(ui.hotBox) === 1 && value(ui.coldBox) === 1)
    [ui.hotBox.value, ui.coldBox.value] = [hot, cold];
}

/** Fill the controls. */
export function showForm(ui, name, run) {
  if (ui.element.dataset.task && ui.task !== name) ui.drafts[ui.task] = readForm(ui);
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
  [ui.hotBox.value, ui.coldBox.value] = settings.temperatures;
  showSchedule(ui);
  ui.stepsBox.value = run.steps;
  ui.chainsBox.value = run.chains;
  ui.seedBox.value = run.seed;
  ui.lmList.value = settings.lm;
  sayPair(ui);
  if (![...ui.judgeList.options].some(({ value: known }) => known === settings.judge))
    // from a file or a link
    ui.judgeList.append(
      el("option", { value: settings.judge, text: `${settings.judge} (not here)` }),
    );
  ui.judgeList.value = settings.judge;
  ui.judgeField.hidden = ui.judgeList.options.length < 2;
  ui.shortestBox.value = settings.shortest;
  ui.longestBox.value = settings.longest;
  for (const action of ACTIONS) ui.proposalBoxes[action].value = settings.proposals[action] ?? 1;
  const partNames = Object.keys(ui.offers.weights[name]);
  ui.weightBoxes = Object.fromEntries(
    partNames.map((part) => [
      part,
      numberBox(id(ui, `weight-${part.replaceAll(" ", "-")}`), 0, 100, { step: 0.1 }),
    ]),
  );
  for (const part of partNames)
    ui.weightBoxes[part].value = settings.weights[part] ?? ui.offers.weights[name][part];
  ui.weightRow.replaceChildren(
    ...partNames.map((part) => el("label", {}, part, ui.weightBoxes[part])),
  );
}

/** Which language models are chosen, for the tables that were measured of them. */
function sayPair(ui) {
  panelOf(ui.element).dataset.pair = ui.lmList.value;
}

/** The number in a box, or null where there is none: the server says what it wants there. */
export const value = (box) =>
  box.value.trim() === "" || Number.isNaN(Number(box.value)) ? null : Number(box.value);

/** The name of a box that holds no number, or nothing. */
export function emptyBox(ui) {
  const box = [...ui.form.querySelectorAll("input[type=number]")].find(
    (each) => value(each) === null,
  );
  const label = box && (ui.form.querySelector(`label[for="${box.id}"]`) ?? box.closest("label"));
  if (!label) return "";
  const group = box.closest(".chain-boxes")?.parentNode.querySelector(".chain-label");
  return `“${group ? `${group.textContent}, ` : ""}${label.textContent}”`;
}

export function readForm(ui) {
  takeWord(ui);
  const annealed = ui.schedule.get() === "anneal";
  const take = (boxes) =>
    Object.fromEntries(Object.entries(boxes).map(([name, box]) => [name, value(box)]));
  return {
    task: ui.task,
    kernel: ui.kernel.get(),
    steps: value(ui.stepsBox),
    chains: value(ui.chainsBox),
    seed: value(ui.seedBox),
    settings: {
      task: ui.task,
      lm: ui.lmList.value,
      keywords: [...ui.words],
      start: ui.startBox.value.trim(),
      judge: ui.judgeList.value,
      proposals: take(ui.proposalBoxes),
      weights: take(ui.weightBoxes),
      shortest: value(ui.shortestBox),
      longest: value(ui.longestBox),
      temperatures: annealed ? [value(ui.hotBox), value(ui.coldBox)] : [1, 1],
      cooling: annealed ? value(ui.stepsBox) : 0,
    },
  };
}

function setUp3(ui) {
  ui.form.addEventListener("submit", (event) => {
    event.preventDefault();
    runForm(ui);
  });
  ui.noteLine = el("p", { class: "chain-notes", role: "status", hidden: true });
  ui.wordBox.addEventListener("keydown", (event) => {
    if (
      event.key === "," ||
      (event.key === " " && ui.wordBox.value.trim()) ||
      (event.key === "Enter" && ui.wordBox.value.trim())
    ) {
      event.preventDefault();
      takeWord(ui);
    } else if (event.key === "Backspace" && !ui.wordBox.value && ui.words.length) {
      ui.words.pop();
      drawChips(ui);
    }
  });
  ui.wordBox.addEventListener("blur", () => takeWord(ui));
  ui.drafts = {}; // task -> what was typed and not run
}

export function setUp(ui) {
  setUp1(ui);
  setUp2(ui);
  setUp3(ui);
}
