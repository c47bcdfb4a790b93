// The triptych: the same noise and the same pictures through up to three models. Its parts:
//   triptych.js  which models, which noise, which pictures
//   sections.js  samples, reconstructions, paths, and a step along an attribute
//
// The frontier tells which checkpoints there are ("latent-bench") and which one a person puts
// beside the others ("latent-compare"); it hears which ones are shown ("latent-compared").

import { keep } from "../../page/address.js";
import { labelled, offer, seedAndPictures, select } from "../../page/choice.js";
import { el, panelOf } from "../../page/dom.js";
import { hear, tell } from "../../page/events.js";
import { asker, result } from "../../page/result.js";
import * as link from "../../page/state.js";
import { draw, setUp as setUpSections } from "./sections.js";

/**
 * @typedef {import("./types.js").Bench} Bench
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Ui} Ui
 */

const VIEW = "pictures";
const FIRST = { seed: "0", first: "0", attribute: "thickness", by: "1" };
const SLOTS = ["Left", "Middle", "Right"];

/** @param {Ui} ui @param {string} name */
export const id = (ui, name) => `${ui.props.tab}-triptych-${name}`;

/** @param {Ui} ui */
function setUp1(ui) {
  ui.panel = panelOf(ui.element);
  ui.life = result(`${ui.props.tab}-triptych`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (_, request, alive) => draw(ui, _, request, alive),
  });
  ui.ask = asker(ui.server, 60000);
  ui.look = { ...FIRST, models: [] };
}

// ---- state --------------------------------------------------------------------------------

/** @param {Ui} ui */
const shown = (ui) => ui.panel.dataset.mode === VIEW;

/** @param {Ui} ui @param {string} name */
export const runOf = (ui, name) =>
  /** @type {Run} */ (ui.bench.runs.find((run) => run.name === name));

/** @param {Ui} ui */
const sameData = (ui) =>
  ui.bench.runs.filter((run) => run.dataset === runOf(ui, ui.look.models[0])?.dataset);

/** @param {Ui} ui @param {string} kind */
export const kindIndex = (ui, kind) => Object.keys(ui.bench.kinds).indexOf(kind);

/**
 * The default models that are here; in place of one that is not, another of its kind.
 * @param {Ui} ui
 */
function defaults(ui) {
  const mnist = ui.bench.runs.filter((run) => run.dataset === "mnist");
  const pool = mnist.length
    ? mnist
    : ui.bench.runs.filter((run) => run.dataset === ui.bench.runs[0]?.dataset);
  const kinds = ["vae", "gan", "fusion"];
  const found = ui.props.first
    .map(
      (name, i) =>
        pool.find((run) => run.name === name) ?? pool.find((run) => run.kind === kinds[i]),
    )
    .filter((run) => run !== undefined);
  const names = [...new Set(found.map((run) => run.name))];
  return names.length ? names : pool.slice(0, 3).map((run) => run.name);
}

/**
 * The models are always named: which ones come first depends on the machine.
 * @param {Ui} ui
 */
function state(ui) {
  const { models, ...rest } = ui.look;
  return link.write({ models: models.join(), ...rest }, FIRST);
}

/** @param {Ui} ui */
function remember(ui) {
  ui.props.value = state(ui);
  keep(ui.props.tab, { triptych: shown(ui) ? ui.props.value : "" });
}

/** @param {Ui} ui */
function restore(ui) {
  const given = link.read(ui.props.value);
  const wanted = given.models?.split(",") ?? [];
  const known = wanted.filter((name) => runOf(ui, name));
  const fitting = known.filter((name) => runOf(ui, name).dataset === runOf(ui, known[0]).dataset);
  ui.look = { ...FIRST, ...given, models: fitting.length ? fitting : defaults(ui) };
  if (
    !ui.props.attributes.some(([one]) => one === ui.look.attribute) &&
    !/^class-\d$/.test(ui.look.attribute)
  )
    ui.look.attribute = FIRST.attribute;
  const lost = wanted.filter((name) => !fitting.includes(name));
  again(ui).then(
    () =>
      lost.length &&
      ui.life.fail(
        `Not in the triptych, since not here or of other pictures: ${lost.join(", ")}.`,
      ),
  );
  keep(ui.props.tab, { triptych: shown(ui) ? state(ui) : "" });
}

/** @param {Ui} ui @param {Partial<Look>} change */
export function choose(ui, change) {
  Object.assign(ui.look, change);
  remember(ui);
  again(ui);
}

/**
 * Put a checkpoint in a slot; "" empties it, but one always stays.
 * @param {Ui} ui
 * @param {number} slot
 * @param {string} name
 */
function put(ui, slot, name) {
  const models = SLOTS.map((_, i) => (i === slot ? name : (ui.look.models[i] ?? ""))).filter(
    Boolean,
  );
  choose(ui, { models: [...new Set(models.length ? models : ui.look.models)] });
}

// ---- life ---------------------------------------------------------------------------------

/** @param {Ui} ui */
function again(ui) {
  fillLists(ui);
  tell("latent-compared", ui.look.models);
  const { models, attribute } = ui.look;
  return ui.life.view.run({
    models,
    seed: Number(ui.look.seed),
    first: Number(ui.look.first),
    attribute,
    amount: Number(ui.look.by),
  });
}

/** @param {Ui} ui */
function fillLists(ui) {
  ui.lists.forEach(({ list }, slot) => {
    const options = [
      ...(slot ? [["", "none"]] : []),
      ...sameData(ui).map((run) => [run.name, run.label]),
    ];
    const all = slot
      ? options
      : [
          ...options,
          ...ui.bench.runs
            .filter((run) => !sameData(ui).includes(run))
            .map((run) => [
              run.name,
              `${run.label}, ${ui.bench.datasets[run.dataset] ?? run.dataset}`,
            ]),
        ];
    offer(list, all);
    list.value = ui.look.models[slot] ?? "";
  });
  ui.seed.value = ui.look.seed;
}

/** @param {Ui} ui @param {Bench} bench */
function heard(ui, bench) {
  if (ui.bench) return;
  ui.bench = bench;
  ui.element.hidden = !ui.bench.runs.length;
  if (ui.bench.runs.length) restore(ui);
}

// ---- what is on the page ------------------------------------------------------------------

/** @param {Ui} ui */
function setUp2(ui) {
  ui.lists = SLOTS.map((title, slot) => {
    const list = select(id(ui, `model-${slot}`), [], (name) => put(ui, slot, name));
    return { list, field: labelled(title, list) };
  });
  const made = seedAndPictures(
    (name) => id(ui, name),
    () => ui.look.first,
    (change) => choose(ui, change),
  );
  Object.assign(ui, made);
  ui.sheet = el("div", { class: "trip-sheet" });
  ui.life.body.append(
    el(
      "header",
      { class: "lp-head" },
      el("h3", { text: "The same noise, the same pictures" }),
      el("p", {
        text: "Up to three checkpoints side by side: what they make of one seed, of the same held-out pictures, of the way between two of them, and of a step along an attribute.",
      }),
    ),
    el(
      "div",
      { class: "lp-bar" },
      ...ui.lists.map(({ field }) => field),
      labelled("Seed", ui.seed, ui.dice),
      ui.others,
    ),
    ui.sheet,
  );
  ui.watch("value", () => ui.bench && ui.props.value !== state(ui) && restore(ui));
  hear("latent-compare", (name) => {
    if (!ui.bench || !runOf(ui, name) || ui.look.models.includes(name))
      return ui.element.scrollIntoView({ block: "start" });
    const beside = ui.look.models.filter(
      (one) => runOf(ui, one).dataset === runOf(ui, name).dataset,
    );
    choose(ui, { models: [...beside, name].slice(-3) });
    ui.element.scrollIntoView({ block: "start" });
  });
  hear("latent-bench", (bench) => heard(ui, bench));
  setTimeout(() => tell("latent-bench-wanted")); // the frontier may have been faster
  new MutationObserver(() =>
    keep(ui.props.tab, { triptych: shown(ui) && ui.bench?.runs.length ? state(ui) : "" }),
  ).observe(ui.panel, { attributeFilter: ["data-mode"] });
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp1(ui);
  setUp2(ui);
  setUpSections(ui);
}
