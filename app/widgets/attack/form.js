// What to attack, and how.

import {
  dice,
  field,
  numberBox,
  offer,
  running,
  seedBox,
  select,
  tick,
} from "../../page/choice.js";
import { el, source } from "../../page/dom.js";
import { count } from "../../page/numbers.js";
import * as link from "../../page/state.js";
import { cancel, fit, id, METHODS, run } from "./attack.js";

/**
 * @typedef {import("./types.js").Settings} Settings
 * @typedef {import("./types.js").State} State
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").Victim} Victim
 */

/** @param {Ui} ui */
function setUp1(ui) {
  ui.victimList = select(id(ui, "victim"), [], () => {
    offerExamples(ui);
    takeExample(ui, 0);
  });
  ui.exampleList = select(id(ui, "example"), [], (i) => takeExample(ui, Number(i)));
  ui.textBox = el("input", {
    class: "lp-input",
    id: id(ui, "text"),
    maxlength: "1000",
    autocomplete: "off",
    placeholder: "a sentence of your own",
  });
  ui.methodBoxes = METHODS.map(({ key, title, about }) => ({
    key,
    box: el("input", { type: "checkbox", id: id(ui, key) }),
    title,
    about,
  }));
  ui.trialsBox = numberBox(id(ui, "trials"), 1, 2000);
  ui.seedBox = seedBox(id(ui, "seed"));
  ui.weightBox = numberBox(id(ui, "weight"), 0, 100, { step: 0.1 });
  ui.likenessBox = numberBox(id(ui, "likeness"), 0, 100, { step: 0.1 });
  ui.spareBox = el("input", { type: "checkbox", id: id(ui, "spare") });
  ui.runButton = el(
    "button",
    { type: "submit", class: "lp-button lp-primary", id: id(ui, "run") },
    "Attack",
  );
  ui.underWay = running({ status: id(ui, "status"), cancel: id(ui, "cancel") }, () => cancel(ui));
  ui.form = el(
    "form",
    { class: "lp-form", novalidate: true },
    el("p", {
      class: "lp-about",
      text: "Edits a sentence until a classifier takes it for something else. The chains sample from LM(x) C(y | x): fluent sentences that the classifier gives the label y, which is not theirs.",
    }),
    el(
      "div",
      { class: "lp-form-row" },
      field("Classifier", ui.victimList),
      field("Example", ui.exampleList, { class: "lp-form-field lp-grow" }),
    ),
    el(
      "div",
      { class: "lp-form-row" },
      field("Sentence", ui.textBox, { class: "lp-form-field lp-grow" }),
    ),
    el(
      "div",
      { class: "lp-form-row" },
      el(
        "fieldset",
        { class: "attack-methods" },
        el("legend", { text: "Methods" }),
        ...ui.methodBoxes.map(({ title, box, about }) => tick(title, box, about)),
      ),
      field("Trials, at most", ui.trialsBox),
      field(
        "Seed",
        ui.seedBox,
        {},
        dice(
          "Roll the seed and attack",
          (seed) => {
            ui.seedBox.value = String(seed);
            submit(ui);
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
        el("summary", { text: "How an attack is decided" }),
        el("p", {
          text: "A proposal replaces, inserts or deletes one word and is accepted with the probability of Metropolis and Hastings for the target LM(x) C(y | x), y being the likeliest wrong label. w-MHA also weights the candidates by how far each would move the classifier's loss along its gradient. The genetic attack keeps 20 sentences, crosses and mutates them, and never asks how likely a sentence is as a whole.",
        }),
        el("p", {
          text: "A trial is one proposal. A forward pass is one sentence that the classifier really read; a gradient takes one too, remembered sentences do not. The genetic attack finishes the generation that it began. When an attack ends, the classifier is asked afresh with the sentence as text: only then it counts as misled. An attack may win by saying something else: look at how much of the sentence it edited. The weight of likeness takes that many nats from log π for each word inserted, deleted or replaced; the genetic attack has no π.",
        }),
        el(
          "p",
          {},
          "Sources: ",
          source("https://aclanthology.org/P19-1559", "Zhang et al., MHA, 2019"),
          "; ",
          source("https://aclanthology.org/D18-1316", "Alzantot et al., 2018"),
          ".",
        ),
      ),
      el(
        "details",
        { class: "lp-more" },
        el("summary", { text: "Target" }),
        el(
          "div",
          { class: "lp-form-row" },
          field("Weight of the classifier", ui.weightBox),
          field("Weight of likeness", ui.likenessBox),
          tick(
            "never bring in words about the label itself",
            ui.spareBox,
            "Words that alone convince the classifier of the label",
          ),
        ),
      ),
    ),
  );
}

/** @param {Ui} ui */
const victim = (ui) =>
  /** @type {Victim} */ (ui.offers.victims.find(({ name }) => name === ui.victimList.value));
/** @param {string} text */
const shorter = (text) => (text.length > 90 ? `${text.slice(0, 88)}…` : text);

/** @param {Ui} ui */
export function offerVictims(ui) {
  const victims = ui.offers.victims.map(({ name, title }) => [name, title]);
  offer(ui.victimList, victims);
  ui.trialsBox.max = String(ui.offers.most);
}

/** @param {Ui} ui */
function offerExamples(ui) {
  const { examples, labels } = victim(ui);
  const own = [-1, "your own sentence"];
  const given = examples.map(({ written, label }, i) => [
    i,
    shorter(label == null ? written : `${labels[label]}: ${written}`),
  ]);
  offer(ui.exampleList, [own, ...given]);
  ui.textBox.placeholder =
    labels.length > 2
      ? "two sentences, with a bar between: the second is edited"
      : "a sentence of your own";
  ui.panel.dataset.victim = ui.victimList.value; // for the tables that were measured of it
}

/**
 * Which example is in the box, as its corpus has it or as one writes it; -1 for none.
 * @param {Ui} ui
 */
const exampleOf = (ui) =>
  victim(ui).examples.findIndex(({ text, written }) => [text, written].includes(ui.textBox.value));

/** @param {Ui} ui @param {number} i */
function takeExample(ui, i) {
  const example = victim(ui).examples[i];
  ui.exampleList.value = String(example ? i : -1);
  if (example) ui.textBox.value = example.written;
  else ui.textBox.focus();
}

/** @param {Ui} ui */
function submit(ui) {
  const empty = [ui.trialsBox, ui.seedBox, ui.weightBox, ui.likenessBox].find(
    (box) => box.value === "" || !box.checkValidity(),
  );
  const problem = empty
    ? `${empty.labels?.[0].textContent}: write a number from ${empty.min} to ${count(Number(empty.max))}.`
    : settings(ui).methods.length
      ? ""
      : "No method is chosen. Choose at least one.";
  if (!problem) return run(ui);
  ui.life.fail(problem);
  fit(ui);
}

/** @param {Ui} ui */
export function settings(ui) {
  const example = victim(ui).examples[Number(ui.exampleList.value)];
  return {
    victim: ui.victimList.value,
    text: ui.textBox.value,
    label: example?.label ?? null,
    methods: ui.methodBoxes.filter(({ box }) => box.checked).map(({ key }) => key),
    trials: Number(ui.trialsBox.value),
    seed: Number(ui.seedBox.value),
    weight: Number(ui.weightBox.value),
    likeness: Number(ui.likenessBox.value),
    spare_label_words: ui.spareBox.checked,
  };
}

/**
 * Settings as a field of the link; numbers that are as at the start are left out.
 * @param {Ui} ui
 * @param {Settings} settings
 */
export function stateOf(
  ui,
  { victim: name, text, methods, trials, seed, weight, likeness = 0, spare_label_words },
) {
  const letters = METHODS.filter(({ key }) => methods.includes(key))
    .map(({ letter }) => letter)
    .join("");
  const now = {
    victim: name,
    trials,
    seed,
    methods: letters,
    weight,
    like: likeness,
    words: spare_label_words ? "" : "all",
  };
  const first = {
    trials: ui.props.trials,
    seed: 0,
    methods: "bwg",
    weight: 1,
    like: 0,
    words: "",
  };
  return link.write({ ...now, text }, first);
}

/** @param {Ui} ui @param {string} state */
export function readState(ui, state) {
  const start = { trials: ui.props.trials, seed: 0, methods: "bwg", weight: 1, like: 0 };
  /** @type {any} */
  const given = link.read(state);
  return { ...start, ...given };
}

/** @param {Ui} ui @param {State} state */
export function fill(ui, { victim: name, trials, seed, methods, weight, like, words, text }) {
  const known = ui.offers.victims.find((one) => one.name === name) ?? ui.offers.victims[0];
  ui.victimList.value = known.name;
  offerExamples(ui);
  takeExample(ui, 0);
  if (text !== undefined) {
    ui.textBox.value = text;
    ui.exampleList.value = String(exampleOf(ui));
  }
  ui.trialsBox.value = trials;
  ui.seedBox.value = seed;
  ui.weightBox.value = weight;
  ui.likenessBox.value = like;
  ui.spareBox.checked = words !== "all";
  ui.methodBoxes.forEach(({ box }, i) => (box.checked = methods.includes(METHODS[i].letter)));
}

/** @param {Ui} ui */
function setUp2(ui) {
  ui.form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(ui);
  });
  for (const type of ["input", "change"]) ui.form.addEventListener(type, () => fit(ui));
  ui.textBox.addEventListener("input", () => (ui.exampleList.value = String(exampleOf(ui))));
}

/** @param {Ui} ui */
export function setUp(ui) {
  setUp1(ui);
  setUp2(ui);
}
