// What to attack, and how. Joined to attack.js by widget.py; shares its names.

const field = (label, node, props = {}) => el("div", { class: "chain-field", ...props }, el("label", { for: node.id, text: label }), node);
const numberBox = (name, min, max, step = 1) => el("input", { type: "number", class: "lp-input", id: id(name), min, max, step, required: true });

const victimList = el("select", { class: "lp-input", id: id("victim"), on: { change: () => (offerExamples(), takeExample(0)) } });
const exampleList = el("select", { class: "lp-input", id: id("example"), on: { change: () => takeExample(Number(exampleList.value)) } });
const textBox = el("input", { class: "lp-input", id: id("text"), maxlength: "1000", autocomplete: "off", placeholder: "a sentence of your own" });
const methodBoxes = METHODS.map(({ key, title, about }) => ({ key, box: el("input", { type: "checkbox", id: id(key) }), title, about }));
const trialsBox = numberBox("trials", 1, 2000);
const seedBox = numberBox("seed", 0, 2 ** 31 - 1);
const weightBox = numberBox("weight", 0, 100, 0.1);
const spareBox = el("input", { type: "checkbox", id: id("spare") });
const runButton = el("button", { type: "submit", class: "lp-button chain-primary", id: id("run") }, "Attack");
const status = el("span", { class: "lp-status", role: "status", id: id("status") });
const bar = el("progress", { class: "lp-progress", max: 1, "aria-label": "Progress", hidden: true });
const stopper = button("close", "Cancel", () => cancel(), { "data-key": "escape", id: id("cancel"), hidden: true });
const source = (href, text) => el("a", { href, target: "_blank", rel: "noopener", text });
const tick = ({ box, title, about }) => el("label", { class: "attack-tick", title: about }, box, el("span", { text: title }));

const form = el("form", { class: "chain-form", novalidate: true },
  el("p", { class: "chain-about", text: "Edits a sentence until a classifier takes it for something else. The chains sample from LM(x) C(y | x): fluent sentences that the classifier gives the label y, which is not theirs." }),
  el("div", { class: "chain-row" }, field("Classifier", victimList), field("Example", exampleList, { class: "chain-field chain-grow" })),
  el("div", { class: "chain-row" }, field("Sentence", textBox, { class: "chain-field chain-grow" })),
  el("div", { class: "chain-row" },
    el("fieldset", { class: "attack-methods" }, el("legend", { text: "Methods" }), ...methodBoxes.map(tick)),
    field("Trials, at most", trialsBox),
    el("div", { class: "chain-field" }, el("label", { for: seedBox.id, text: "Seed" }),
      el("div", { class: "lp-field" }, seedBox, button("dice", "Roll the seed and attack", () => {
        seedBox.value = Math.floor(Math.random() * 1e6);
        submit();
      }, { quiet: true, "data-key": "r", class: "lp-button chain-square" }))),
    runButton, el("div", { class: "chain-running" }, status, bar, stopper)),
  el("div", { class: "chain-folds" },
    el("details", { class: "chain-more" }, el("summary", { text: "How an attack is decided" }),
      el("p", { text: "A proposal replaces, inserts or deletes one word and is accepted with the probability of Metropolis and Hastings for the target LM(x) C(y | x), y being the likeliest wrong label. w-MHA also weights the candidates by how far each would move the classifier's loss along its gradient. The genetic attack keeps 20 sentences, crosses and mutates them, and never asks how likely a sentence is as a whole." }),
      el("p", { text: "A trial is one proposal. A forward pass is one sentence that the classifier really read; a gradient takes one too, remembered sentences do not. The genetic attack finishes the generation that it began. When an attack ends, the classifier is asked afresh with the sentence as text: only then it counts as misled. Nothing holds the meaning: an attack may win by saying something else." }),
      el("p", {}, "Sources: ", source("https://aclanthology.org/P19-1559", "Zhang et al., MHA, 2019"), "; ", source("https://aclanthology.org/D18-1316", "Alzantot et al., 2018"), ".")),
    el("details", { class: "chain-more" }, el("summary", { text: "Target" }),
      el("div", { class: "chain-row" }, field("Weight of the classifier", weightBox),
        el("label", { class: "attack-tick", title: "Words that alone convince the classifier of the label" }, spareBox, el("span", { text: "never bring in words about the label itself" }))))));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});

const victim = () => offers.victims.find(({ name }) => name === victimList.value);
const shorter = (text) => (text.length > 90 ? `${text.slice(0, 88)}…` : text);

function offer() {
  victimList.replaceChildren(...offers.victims.map(({ name, title }) => el("option", { value: name, text: title })));
  trialsBox.max = offers.most;
}

function offerExamples() {
  const { examples, labels } = victim();
  exampleList.replaceChildren(el("option", { value: -1, text: "your own sentence" }),
    ...examples.map(({ text, label }, i) => el("option", { value: i, text: shorter(label == null ? text : `${labels[label]}: ${text}`) })));
  textBox.placeholder = labels.length > 2 ? "two sentences, with a bar between: the second is edited" : "a sentence of your own";
  panel.dataset.victim = victimList.value; // for the tables that were measured of it
}

function takeExample(i) {
  const example = victim().examples[i];
  exampleList.value = example ? i : -1;
  if (example) textBox.value = example.text;
  else textBox.focus();
}
textBox.addEventListener("input", () => (exampleList.value = victim().examples.findIndex(({ text }) => text === textBox.value)));

function submit() {
  const empty = [trialsBox, seedBox, weightBox].find((box) => box.value === "" || !box.checkValidity());
  const problem = empty
    ? `${empty.labels[0].textContent}: write a number from ${empty.min} to ${count(empty.max)}.`
    : settings().methods.length ? "" : "No method is chosen. Choose at least one.";
  if (!problem) return run();
  life.fail(problem);
  element.classList.remove("lp-stale");
}

function settings() {
  const example = victim().examples[exampleList.value];
  return {
    victim: victimList.value, text: textBox.value, label: example?.label ?? null,
    methods: methodBoxes.filter(({ box }) => box.checked).map(({ key }) => key),
    trials: Number(trialsBox.value), seed: Number(seedBox.value), weight: Number(weightBox.value), spare_label_words: spareBox.checked,
  };
}

/** Settings as a field of the link; numbers that are as at the start are left out. */
function stateOf({ victim: name, text, methods, trials, seed, weight, spare_label_words }) {
  const letters = METHODS.filter(({ key }) => methods.includes(key)).map(({ letter }) => letter).join("");
  const now = { victim: name, trials, seed, methods: letters, weight, words: spare_label_words ? "" : "all" };
  const first = { trials: props.trials, seed: 0, methods: "bwg", weight: 1, words: "" };
  const said = Object.keys(now).filter((key) => now[key] !== first[key]).map((key) => `${key}:${now[key]}`);
  return [...said, `text:${text}`].join(" ");
}

function readState(state) {
  const [, before, , text] = ` ${state}`.match(/^(.*?)( text:([\s\S]*))?$/s);
  const given = Object.fromEntries(before.split(" ").filter(Boolean).map((part) => [part.slice(0, part.indexOf(":")), part.slice(part.indexOf(":") + 1)]));
  return { trials: props.trials, seed: 0, methods: "bwg", weight: 1, ...given, text };
}

function fill({ victim: name, trials, seed, methods, weight, words, text }) {
  victimList.value = offers.victims.some((one) => one.name === name) ? name : offers.victims[0].name;
  offerExamples();
  takeExample(0);
  if (text !== undefined) {
    textBox.value = text;
    exampleList.value = victim().examples.findIndex((one) => one.text === text);
  }
  trialsBox.value = trials;
  seedBox.value = seed;
  weightBox.value = weight;
  spareBox.checked = words !== "all";
  methodBoxes.forEach(({ box }, i) => (box.checked = methods.includes(METHODS[i].letter)));
}
