// What to run: the controls above the player, and the same as text for links.

const KERNELS = { exact: ["exact"], rescored: ["rescored"], paper: ["paper"], both: ["exact", "paper"] };
const TASKS = {
  keywords: {
    words: "Keywords, in any order", start: "Start from", hint: "empty: the keywords themselves",
    about: "Writes a sentence that holds the keywords. The chain samples π(x), the language model's probability of x where every keyword is in it, and 0 elsewhere.",
  },
  paraphrase: {
    words: "Words that must stay", start: "Sentence to paraphrase", hint: "a sentence of your own",
    about: "Says the same in other words. π(x) multiplies the language model's probability of x by how near x is in meaning to the sentence given.",
  },
  correction: {
    words: "Words that must stay", start: "Sentence to correct", hint: "a sentence with mistakes",
    about: "Mends a sentence. The chain starts at it and drifts to likelier ones; π(x) keeps them near what was meant.",
  },
};
const ACTIONS = ["replace", "insert", "delete"];

let task = "keywords";
let words = []; // the keywords of the form

const field = (label, node, props = {}) => el("div", { class: "chain-field", ...props }, el("label", { for: node.id, text: label }), node);
const numberBox = (name, min, max, step = 1) => el("input", { type: "number", class: "lp-input", id: id(name), min, max, step, required: true });

const chips = el("span", { class: "chain-chiplist", role: "list" });
const wordBox = el("input", { class: "chain-wordbox", id: id("keywords"), autocomplete: "off", spellcheck: "false", maxlength: "200", placeholder: "add a word" });
const wordField = el("div", { class: "chain-chips", on: { click: () => wordBox.focus() } }, chips, wordBox);
const startBox = el("input", { class: "lp-input", id: id("start"), autocomplete: "off", maxlength: "400" });
const stepsBox = numberBox("steps", 1, 20000);
const chainsBox = numberBox("chains", 1, 16);
const seedBox = numberBox("seed", 0, 2 ** 31 - 1);
const lmList = el("select", { class: "lp-input", id: id("lm"), on: { change: sayPair } });
const judgeList = el("select", { class: "lp-input", id: id("judge") });
const judgeField = field("Language model of the target", judgeList, { class: "chain-field chain-grow" });
const shortestBox = numberBox("shortest", 1, 60);
const longestBox = numberBox("longest", 1, 60);
const proposalBoxes = Object.fromEntries(ACTIONS.map((action) => [action, numberBox(action, 0, 100, 0.1)]));
let weightBoxes = {};
const weightRow = el("div", { class: "chain-boxes" });
const about = el("p", { class: "chain-about" });
const runButton = el("button", { type: "submit", class: "lp-button chain-primary", id: id("run") }, "Run");
const kernel = choice("kernel", "Kernel", [
  ["exact", "Exact", "Metropolis-Hastings: its samples are distributed as π"],
  ["rescored", "Rescored", "Metropolis-Hastings too: words are drawn by π itself among the 100 likeliest; fewer rejections, slower steps"],
  ["paper", "Paper", "The procedure that the authors of CGMH released, which does not sample π exactly"],
  ["both", "Both", "Exact and paper side by side, on the same seed"],
]);

/** A few choices in one frame. */
function choice(name, label, options, pick = () => {}) {
  const group = el("div", { class: "chain-choice", role: "radiogroup", "aria-label": label, id: id(name) });
  const inputs = options.map(([value, text, title]) => {
    const input = el("input", { type: "radio", name: id(name), value, on: { change: () => pick(value) } });
    group.append(el("label", { title }, input, el("span", { text })));
    return input;
  });
  return {
    group,
    get: () => inputs.find(({ checked }) => checked)?.value,
    set: (value) => inputs.forEach((input) => (input.checked = input.value === value)),
  };
}

const progress = el("progress", { class: "lp-progress", max: 1, value: 0, "aria-label": "Progress", hidden: true });
const status = el("span", { class: "lp-status", role: "status", id: id("status") });
const cancel = button("close", "Cancel", stop, { "data-key": "escape", id: id("cancel"), hidden: true });
const source = (href, text) => el("a", { href, target: "_blank", rel: "noopener", text });
const wordLabel = el("label", { for: wordBox.id });
const startLabel = el("label", { for: startBox.id });
const form = el("form", { class: "chain-form", novalidate: true, hidden: true },
  about,
  el("div", { class: "chain-row" },
    el("div", { class: "chain-field chain-grow" }, wordLabel, wordField),
    el("div", { class: "chain-field chain-grow" }, startLabel, startBox)),
  el("div", { class: "chain-row" },
    el("div", { class: "chain-field" }, el("span", { class: "chain-label", text: "Kernel" }), kernel.group),
    field("Steps", stepsBox), field("Chains", chainsBox),
    el("div", { class: "chain-field" }, el("label", { for: seedBox.id, text: "Seed" }),
      el("div", { class: "lp-field" }, seedBox, button("dice", "Roll the seed and run", () => {
        seedBox.value = Math.floor(Math.random() * 1e6);
        runForm();
      }, { quiet: true, "data-key": "r", class: "lp-button chain-square" }))),
    runButton, el("div", { class: "chain-running" }, status, progress, cancel)),
  el("div", { class: "chain-folds" },
    el("details", { class: "chain-more" }, el("summary", { text: "How a step is decided" }),
      el("p", { text: "A step draws an action, a place and a word from q, which two language models give that read from the left and from the right. The proposal x′ is accepted with probability α = min(1, π(x′) q(x | x′) / (π(x) q(x′ | x))): a number u is drawn between 0 and 1, and u ≤ α accepts. So, in the long run, the chain visits each sentence as often as the target π says, which need only be known up to a constant. Logarithms are natural, in nats." }),
      el("p", { text: "The paper’s released procedure goes through the places from left to right, draws among the 100 likeliest words by their π, takes a replacement whenever π passes a threshold, and leaves the place out of the ratio. What it converges to is not π." }),
      el("p", {}, "Sources: ", source("https://doi.org/10.1093/biomet/57.1.97", "Hastings 1970"), "; ", source("https://arxiv.org/abs/1811.10996", "Miao et al., CGMH, 2019"), ".")),
    el("details", { class: "chain-more", id: id("more") },
      el("summary", { text: "Model, proposals, target" }),
      el("div", { class: "chain-row" }, field("Language models", lmList, { class: "chain-field chain-grow" }), judgeField,
        el("div", { class: "chain-field" }, el("span", { class: "chain-label", text: "Words in a sentence" }),
          el("div", { class: "chain-boxes" }, el("label", {}, "from", shortestBox), el("label", {}, "to", longestBox)))),
      el("div", { class: "chain-row" },
        el("div", { class: "chain-field" }, el("span", { class: "chain-label", text: "Proposals, in proportion" }),
          el("div", { class: "chain-boxes" }, ...ACTIONS.map((action) => el("label", {}, action, proposalBoxes[action])))),
        el("div", { class: "chain-field" }, el("span", { class: "chain-label", text: "Weights of the parts of log π" }), weightRow)))));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  runForm();
});
const noteLine = el("p", { class: "chain-notes", role: "status", hidden: true });

function drawChips() {
  chips.replaceChildren(...words.map((word, i) => el("span", { class: "chain-chip", role: "listitem" }, word,
    el("button", { type: "button", "aria-label": `Remove ${word}`, on: { click: () => (words.splice(i, 1), drawChips(), wordBox.focus()) } }, "×"))));
}
function takeWord() {
  const typed = wordBox.value.split(/[\s,;]+/).filter(Boolean);
  wordBox.value = "";
  if (!typed.length) return false;
  words.push(...typed);
  drawChips();
  return true;
}
wordBox.addEventListener("keydown", (event) => {
  if (event.key === "," || (event.key === " " && wordBox.value.trim()) || (event.key === "Enter" && wordBox.value.trim())) {
    event.preventDefault();
    takeWord();
  } else if (event.key === "Backspace" && !wordBox.value && words.length) {
    words.pop();
    drawChips();
  }
});
wordBox.addEventListener("blur", takeWord);

const drafts = {}; // task -> what was typed and not run

/** Fill the controls. */
function showForm(name, run) {
  if (element.dataset.task && task !== name) drafts[task] = readForm();
  task = name;
  const { words: label, start, hint, about: said } = TASKS[name];
  element.dataset.task = name;
  wordLabel.textContent = label;
  startLabel.textContent = start;
  startBox.placeholder = hint;
  about.textContent = said;
  const { settings } = run;
  words = [...settings.keywords];
  drawChips();
  startBox.value = settings.start;
  kernel.set(run.kernel);
  stepsBox.value = run.steps;
  chainsBox.value = run.chains;
  seedBox.value = run.seed;
  lmList.value = settings.lm;
  sayPair();
  if (![...judgeList.options].some(({ value: known }) => known === settings.judge)) // from a file or a link
    judgeList.append(el("option", { value: settings.judge, text: `${settings.judge} (not here)` }));
  judgeList.value = settings.judge;
  judgeField.hidden = judgeList.options.length < 2;
  shortestBox.value = settings.shortest;
  longestBox.value = settings.longest;
  for (const action of ACTIONS) proposalBoxes[action].value = settings.proposals[action] ?? 1;
  const partNames = Object.keys(offers.weights[name]);
  weightBoxes = Object.fromEntries(partNames.map((part) => [part, numberBox(`weight-${part.replaceAll(" ", "-")}`, 0, 100, 0.1)]));
  for (const part of partNames) weightBoxes[part].value = settings.weights[part] ?? offers.weights[name][part];
  weightRow.replaceChildren(...partNames.map((part) => el("label", {}, part, weightBoxes[part])));
}

/** Which language models are chosen, for the tables that were measured of them. */
function sayPair() {
  element.closest('[role="tabpanel"]').dataset.pair = lmList.value;
}

/** The number in a box, or null where there is none: the server says what it wants there. */
const value = (box) => (box.value.trim() === "" || Number.isNaN(Number(box.value)) ? null : Number(box.value));

/** The name of a box that holds no number, or nothing. */
function emptyBox() {
  const box = [...form.querySelectorAll("input[type=number]")].find((each) => value(each) === null);
  const label = box && (form.querySelector(`label[for="${box.id}"]`) ?? box.closest("label"));
  return label ? `“${label.textContent}”` : "";
}

function readForm() {
  takeWord();
  const take = (boxes) => Object.fromEntries(Object.entries(boxes).map(([name, box]) => [name, value(box)]));
  return {
    task, kernel: kernel.get(), steps: value(stepsBox), chains: value(chainsBox), seed: value(seedBox),
    settings: {
      task, lm: lmList.value, keywords: [...words], start: startBox.value.trim(),
      judge: judgeList.value, proposals: take(proposalBoxes), weights: take(weightBoxes), shortest: value(shortestBox), longest: value(longestBox),
    },
  };
}

// ---- the same as text -----------------------------------------------------------------------

function defaults(name) {
  const settings = { ...props.examples[name], proposals: Object.fromEntries(ACTIONS.map((action) => [action, 1])), weights: offers.weights[name] };
  if (!offers.pairs.some(({ name: pair }) => pair === settings.lm)) settings.lm = offers.pairs[0].name;
  return structuredClone({ ...props.first, settings, task: name });
}

/** Name in links -> value, without what is as at the start. */
function stateOf(run) {
  const flat = flatten(run);
  const first = flatten(defaults(run.task));
  return Object.fromEntries(Object.entries(flat).filter(([key, value]) => value !== first[key]));
}

function flatten({ kernel, steps, chains, seed, settings }) {
  const known = defaults(settings.task).settings; // a trace from elsewhere may leave weights out
  const list = (name) => Object.keys(known[name]).map((key) => settings[name][key] ?? known[name][key]).join("~");
  return {
    lm: settings.lm, judge: settings.judge, keywords: settings.keywords.map(safe).join("~") || "~", start: settings.start || "~", kernel,
    steps: String(steps), chains: String(chains), seed: String(seed), proposals: list("proposals"),
    weights: list("weights"), length: `${settings.shortest}~${settings.longest}`,
  };
}

function readState(name, text) {
  const run = defaults(name);
  const asked = pairsOf(text);
  const { settings } = run;
  const numbers = (key, into, names) => asked[key]?.split("~").forEach((part, i) => names[i] && (into[names[i]] = Number(part)));
  if (asked.lm) settings.lm = asked.lm;
  if (asked.judge) settings.judge = asked.judge;
  if (asked.keywords) settings.keywords = asked.keywords.split("~").filter(Boolean).map(plain);
  if (asked.start) settings.start = asked.start === "~" ? "" : asked.start;
  if (KERNELS[asked.kernel]) run.kernel = asked.kernel;
  numbers("steps", run, ["steps"]);
  numbers("chains", run, ["chains"]);
  numbers("seed", run, ["seed"]);
  numbers("proposals", settings.proposals, ACTIONS);
  numbers("weights", settings.weights, Object.keys(settings.weights));
  numbers("length", settings, ["shortest", "longest"]);
  return run;
}
