// Class and style: a column for each class, a row for each style. Its parts:
//   styles.js   which model, where the styles come from
//   grid.js     the pictures, and what each class is
//   numbers.js  what a classifier sees, how strokes agree, KLs along training

import { keep as pageKeep } from "../../page/address.js";
import { labelled, seedAndPictures, select } from "../../page/choice.js";
import { button, el, one, panelOf, tableTwin } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { asker, result } from "../../page/result.js";
import * as link from "../../page/state.js";
import { draw } from "./grid.js";

/**
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").Ui} Ui
 */

const VIEW = "pictures";
const SOURCES = [
  ["noise", "the noise"],
  ["pictures", "held-out pictures"],
  ["unit", "one unit, \u22122 to 2"],
];

/** @param {Ui} ui @param {string} name */
const id = (ui, name) => `${ui.props.tab}-styles-${name}`;

/** @param {Ui} ui @param {string} name */
export const modelOf = (ui, name) =>
  /** @type {Model} */ (ui.props.models.find((model) => model.name === name));

// ---- what is on the page ------------------------------------------------------------------

/** @param {Ui} ui */
function setUp1(ui) {
  ui.panel = panelOf(ui.element);
  ui.life = result(`${ui.props.tab}-styles`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (data, request, alive) => draw(ui, data, request, alive),
  });
  ui.ask = asker(ui.server, 60000);
  ui.FIRST = {
    of: ui.props.models[0]?.name ?? "",
    source: "noise",
    seed: "0",
    first: "0",
    unit: "",
  };
  ui.look = { ...ui.FIRST };
  ui.begun = false;
  const models = ui.props.models.map(({ name, title }) => [name, title]);
  ui.models = select(id(ui, "model"), models, (of) => choose(ui, { of, unit: "" }));
  ui.sources = select(id(ui, "source"), SOURCES, (source) => choose(ui, { source, unit: "" }));
  ui.units = select(id(ui, "unit"), [], (unit) => choose(ui, { unit }));
  const made = seedAndPictures(
    (name) => id(ui, name),
    () => ui.look.first,
    (change) => choose(ui, change),
  );
  Object.assign(ui, made);
  ui.meaning = el("p", { class: "lp-remark styles-meaning" });
  ui.table = el("table", { class: "styles-grid" });
  ui.gridNote = el("p", { class: "lp-remark styles-under" });
  ui.facts = el("dl", { class: "styles-facts" });
  ui.plots = el("div", { class: "styles-plots" });
  ui.classTable = tableTwin("Classes as a table");
  ui.curveTable = tableTwin("KLs and capacities as a table");
  ui.sheet = el(
    "div",
    { class: "styles-sheet" },
    el("section", { class: "lp-section" }, ui.table, ui.gridNote),
    el("section", { class: "lp-section" }, ui.facts, ui.plots),
  );
  ui.bar = el(
    "div",
    { class: "lp-bar" },
    labelled("Model", ui.models),
    labelled("Styles from", ui.sources),
    labelled("Unit", ui.units),
    labelled("Seed", ui.seed, ui.dice),
    ui.others,
  );
  ui.life.body.append(
    el(
      "header",
      { class: "lp-head" },
      el("h3", { text: "Class and style" }),
      el("p", {
        text: "Two ways to keep what is drawn apart from how: a model that is told the class, so that its code is left with the style, and one that finds classes of its own beside it. A row is one style, a column one class.",
      }),
    ),
    ui.bar,
    ui.meaning,
    ui.sheet,
    ui.classTable.details,
    ui.curveTable.details,
  );
}

// ---- state --------------------------------------------------------------------------------

/** @param {Ui} ui */
const shown = (ui) => ui.panel.dataset.mode === VIEW;
/**
 * The model is always named: which one comes first depends on the machine.
 * @param {Ui} ui
 */
const state = (ui) => link.write(ui.look, { ...ui.FIRST, of: null });

/** @param {Ui} ui */
const keep = (ui) =>
  pageKeep(ui.props.tab, { styles: shown(ui) && ui.props.models.length ? state(ui) : "" });

/** @param {Ui} ui */
function restore(ui) {
  const given = link.read(ui.props.value);
  ui.look = { ...ui.FIRST, ...given };
  const lost = modelOf(ui, ui.look.of) ? "" : ui.look.of;
  if (lost) Object.assign(ui.look, { of: ui.FIRST.of, unit: "" });
  keep(ui);
  if (ui.begun)
    again(ui).then(
      () =>
        lost && ui.life.fail(`${lost} is not here, or has no classes. Another is shown instead.`),
    );
}

/** @param {Ui} ui @param {Partial<Look>} change */
function choose(ui, change) {
  Object.assign(ui.look, change);
  ui.props.value = state(ui);
  keep(ui);
  again(ui);
}

// ---- life ---------------------------------------------------------------------------------

/** @param {Ui} ui */
function again(ui) {
  const { of, source, seed, first, unit } = ui.look;
  fillFields(ui);
  return ui.life.view.run({
    checkpoint: of,
    source,
    seed: Number(seed),
    first: Number(first),
    unit: unit === "" ? null : Number(unit),
  });
}

/** @param {Ui} ui */
function fillFields(ui) {
  ui.models.value = ui.look.of;
  ui.sources.value = ui.look.source;
  ui.seed.value = ui.look.seed;
  ui.units.disabled = ui.look.source !== "unit";
  ui.others.disabled = ui.look.source !== "pictures";
}

/**
 * Seen for the first time: ask. Until then nothing is computed.
 * @param {Ui} ui
 * @param {IntersectionObserverEntry[]} entries
 * @param {IntersectionObserver} observer
 */
function begin(ui, entries, observer) {
  if (!entries[0].isIntersecting) return;
  observer.disconnect();
  ui.begun = true;
  restore(ui);
}

/** @param {Ui} ui */
function setUp2(ui) {
  ui.life.tools.prepend(
    button("save", "CSV", () => download("classes.csv", "text/csv", csv(ui.classTable.sheet())), {
      id: id(ui, "csv"),
    }),
  );
  ui.watch("value", () => ui.props.models.length && ui.props.value !== state(ui) && restore(ui));
  if (ui.props.models.length)
    new IntersectionObserver((entries, observer) => begin(ui, entries, observer), {
      rootMargin: "200px",
    }).observe(ui.element);
  else {
    ui.element.classList.remove("lp-fresh");
    ui.life.body.replaceChildren(
      one(ui.life.body, ".lp-head"),
      el("p", {
        class: "lp-remark",
        text: "No such model is on this machine. Train them: python scripts/train.py vae/cvae--mnist vae/joint_vae--mnist",
      }),
    );
    ui.life.tools.hidden = true;
  }
  new MutationObserver(() => keep(ui)).observe(ui.panel, { attributeFilter: ["data-mode"] });
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp1(ui);
  setUp2(ui);
}
