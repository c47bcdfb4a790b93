// The second part: which model, how it is set, what it shall be called, and Train.

import { choice, field, numberBox, offer, select, tick } from "../../page/choice.js";
import { button, el } from "../../page/dom.js";
import { fillCorpora, named, nothing } from "./data.js";
import { watch } from "./runs.js";
import { cost, free } from "./words.js";

/**
 * @typedef {import("./types.js").Offer} Offer
 * @typedef {import("./types.js").Setting} Setting
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").Value} Value
 */

const PAUSE = 300; // ms
const CAPITAL = /^./u;
const SIZES = "\\s*\\d+(\\s*,\\s*\\d+)*\\s*"; // of layers

/** @param {Ui} ui the models that read what is chosen; those that were asked for stay */
export async function fillForm(ui) {
  const kind = ui.report?.kind;
  if (!kind) return;
  const { form } = ui;
  if (!ui.offers[kind]) {
    const answer = await ui.ask("offers", { kind });
    if (answer.error) return tell(ui, answer.error);
    ui.offers[kind] = answer.offers;
  }
  form.node.hidden = false;
  form.node.dataset.kind = kind; // how tests know
  const labelled = (ui.report?.classes.length ?? 0) > 1;
  const models = ui.offers[kind]
    .filter(({ told }) => labelled || !told)
    .map(({ model, title }) => [model, title]);
  const chosen = form.model.value;
  offer(form.model, models);
  form.model.value = models.some(([model]) => model === chosen) ? chosen : models[0]?.[0];
  if (form.model.value !== chosen) showModel(ui);
  else estimate(ui);
  suggest(ui);
}

/** @param {Ui} ui a name after the data, which none of the runs has */
function suggest(ui) {
  const { name } = ui.form;
  if (name.dataset.typed) return;
  const corpus = ui.corpora.find(({ key }) => key === ui.source.corpus)?.title;
  const taken = ui.runs.map(({ title }) => title);
  name.value = free((corpus ?? ui.data.title.value).slice(0, 50), taken);
}

/** @param {Ui} ui @returns {Offer | undefined} */
const chosen = (ui) =>
  ui.offers[ui.report?.kind ?? ""]?.find(({ model }) => model === ui.form.model.value);

/** @param {Ui} ui */
function showModel(ui) {
  const one = chosen(ui);
  if (!one) return;
  const { form } = ui;
  form.about.textContent = one.about;
  const presets = Object.keys(one.presets).map((name) => [name, name]);
  const [first] = presets;
  form.preset.fill(presets, first?.[0]);
  showSettings(ui, one.presets[first?.[0]] ?? {});
}

/** @param {Ui} ui @param {Record<string, Value>} given where they are not as they were at first */
function showSettings(ui, given) {
  const one = chosen(ui);
  if (!one) return;
  ui.values = {};
  const rows = (/** @type {boolean} */ first) =>
    one.settings
      .filter((setting) => Boolean(setting.first) === first)
      .map((setting) => control(ui, setting, given[setting.name] ?? setting.default));
  const [few, rest] = [rows(true), rows(false)];
  ui.form.first.replaceChildren(...few);
  ui.form.rest.replaceChildren(...rest);
  ui.form.fold.hidden = !rest.length;
  estimate(ui);
}

/** @param {Ui} ui soon, once nobody types; of many that are asked for, the newest counts */
function estimate(ui) {
  clearTimeout(ui.form.soon);
  ui.form.soon = setTimeout(() => ask(ui), PAUSE);
}

/** @param {Ui} ui what a run would take; nothing while a box holds what it may not */
async function ask(ui) {
  const { report, form } = ui;
  const mine = form.soon;
  if (!report) return;
  const settings = given(ui);
  const often = report.often[Number(settings.min_count ?? 1) - 1];
  const data = {
    n: report.splits.train,
    words: often ?? 0,
    side: report.side,
    channels: report.channels,
    classes: report.classes.length,
  };
  const answer = await ui.ask("cost", { model: form.model.value, settings, data });
  if (mine === form.soon) form.cost.textContent = answer.error ? "" : cost(answer);
}

/** @param {Ui} ui @returns {Record<string, Value>} the settings as they stand */
const given = (ui) =>
  Object.fromEntries(Object.entries(ui.values).map(([name, get]) => [name, get()]));

/**
 * A setting as a control with its help; what it holds is read when the run begins.
 * @param {Ui} ui
 * @param {Setting} setting
 * @param {Value} value
 */
function control(ui, { name, title, type, least, most, help, choices }, value) {
  const id = `train-set-${name}`;
  const changed = () => {
    ui.form.preset.set("");
    estimate(ui);
  };
  const props = { "aria-describedby": `${id}-help`, on: { input: changed } };
  const said = (title || name.replaceAll("_", " ")).replace(CAPITAL, (one) => one.toUpperCase());
  const about = el("small", { id: `${id}-help`, text: help });
  if (type === "bool") {
    const box = el("input", { type: "checkbox", id, ...props });
    box.checked = Boolean(value);
    ui.values[name] = () => box.checked;
    return el("div", { class: "train-setting" }, tick(said, box), about);
  }
  if (type === "choice") {
    const list = select(
      id,
      choices.map((one) => [one, one]),
    );
    list.setAttribute("aria-describedby", `${id}-help`);
    list.addEventListener("input", changed);
    list.value = String(value);
    ui.values[name] = () => list.value;
    return el("div", { class: "train-setting" }, field(said, list), about);
  }
  if (type === "sizes") {
    const box = el("input", {
      ...{ class: "lp-input", id, required: true, autocomplete: "off", ...props },
      ...{ pattern: SIZES, title: "Whole numbers with commas between them" },
    });
    box.value = [value].flat().join(", ");
    ui.values[name] = () => box.value.split(",").map(Number);
    return el("div", { class: "train-setting" }, field(said, box), about);
  }
  const step = type === "int" ? 1 : "any";
  const box = numberBox(id, Number(least ?? -1e9), Number(most ?? 1e9), { step, ...props });
  if (least == null) box.removeAttribute("min");
  if (most == null) box.removeAttribute("max");
  box.value = String(value);
  ui.values[name] = () => Number(box.value);
  return el("div", { class: "train-setting" }, field(said, box), about);
}

/** @param {Ui} ui @param {string} sentence */
function tell(ui, sentence) {
  ui.form.said.textContent = sentence;
  ui.form.said.classList.add("train-wrong");
}

/** @param {Ui} ui whether all boxes hold what they may; the browser says what is wrong */
function sound(ui) {
  const boxes = [...ui.form.node.querySelectorAll("input")];
  const wrong = boxes.find((box) => !box.checkValidity());
  if (wrong?.closest("details")) ui.form.fold.open = true;
  return wrong ? wrong.reportValidity() : true;
}

/** @param {Ui} ui keep the data, then begin; what was typed stays, whatever happens */
async function train(ui) {
  const { form, data } = ui;
  form.name.value = form.name.value.trim();
  if (form.go.disabled || !sound(ui)) return;
  if (!ui.report) return tell(ui, "Choose data first.");
  form.go.disabled = true;
  form.said.classList.remove("train-wrong");
  form.said.textContent = "Begins";
  const fault = await begin(ui, data.title.value.trim() || "My data");
  form.go.disabled = false;
  if (fault) return tell(ui, fault);
  form.said.textContent = "";
  delete form.name.dataset.typed;
  suggest(ui);
}

/** @param {Ui} ui @param {string} title @returns {Promise<string>} what went wrong, or nothing */
async function begin(ui, title) {
  const kept = await ui.ask("keep", { source: ui.source, title });
  if (kept.error) return kept.error;
  if (kept.corpora) {
    ui.source = { ...nothing(), corpus: kept.corpus };
    ui.corpora = kept.corpora;
    fillCorpora(ui);
    ui.data.corpus.value = kept.corpus;
    ui.data.reading.hidden = ui.data.titleField.hidden = true;
  }
  const begun = await ui.ask("start", {
    corpus: kept.corpus,
    model: ui.form.model.value,
    name: ui.form.name.value.trim(),
    settings: given(ui),
  });
  if (begun.error) return begun.error;
  watch(ui, [begun.id]);
  ui.run.node.scrollIntoView({ block: "start" });
  return "";
}

/** @param {Ui} ui */
export function setUp(ui) {
  const model = select("train-model", [], () => showModel(ui));
  const preset = choice("train-preset", { "aria-label": "How long" }, (name) =>
    showSettings(ui, chosen(ui)?.presets[name] ?? {}),
  );
  const name = el("input", {
    class: "lp-input",
    id: "train-name",
    maxlength: 60,
    required: true,
    autocomplete: "off",
    on: { input: () => (name.dataset.typed = "1") },
  });
  const rest = el("div", { class: "train-settings" });
  const fold = el(
    "details",
    { class: "lp-more" },
    el("summary", { text: "All other settings" }),
    rest,
  );
  const go = button(null, "Train", () => train(ui), {
    class: "lp-button lp-primary",
    id: "train-go",
  });
  ui.form = {
    ...{ model, preset, name, rest, fold, go },
    about: el("p", { class: "lp-remark" }),
    first: el("div", { class: "train-settings" }),
    cost: el("p", { class: "lp-remark", id: "train-cost" }),
    soon: 0,
    said: el("p", { class: "train-said", role: "status" }),
    node: el("section", {
      class: "lp-section train-part",
      "aria-label": "Model",
      hidden: true,
      id: "train-form",
    }),
  };
  ui.form.node.append(
    el("header", { class: "lp-head" }, el("h3", { text: "Model" })),
    el(
      "div",
      { class: "lp-form-row" },
      field("Model", model),
      named("How long", preset.group),
      field("Name of the model", name),
    ),
    ui.form.about,
    ui.form.first,
    fold,
    ui.form.cost,
    el("div", { class: "lp-bar train-begin" }, go, ui.form.said),
  );
}
