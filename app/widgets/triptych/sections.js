// The four sections of the triptych. Rows of pictures stand below each other, so that the same
// picture, or the same step, is in the same column for every model.

import { checkpoints } from "../../page/checkpoints.js";
import { field, offer, select } from "../../page/choice.js";
import { el } from "../../page/dom.js";
import { fixed, signed } from "../../page/numbers.js";
import { COLOURS, GLYPHS } from "../../page/palette.js";
import { bytes, picture, split } from "../../page/pictures.js";
import { choose, id, kindIndex, runOf } from "./triptych.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Request} Request
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Ui} Ui
 */

const SAMPLES_NOTE =
  "The same random numbers where codes have one size. A code means another thing to each model, so pictures in one place need not be alike.";

/** @param {Ui} ui @param {Run} run */
function named(ui, run) {
  const { exhibit = "", warning = "" } = checkpoints[run.name] ?? {};
  const failing = exhibit && el("em", { class: "lp-caution", text: exhibit, title: warning });
  return el(
    "span",
    { class: "trip-name" },
    el("i", {
      style: `color: ${COLOURS[kindIndex(ui, run.kind)]}`,
      "aria-hidden": "true",
      text: GLYPHS[kindIndex(ui, run.kind)],
    }),
    el("b", { text: run.label }),
    failing || null,
  );
}

/**
 * A sentence on the models that are told classes, if there are any.
 * @param {Ui} ui
 * @param {string} text
 */
const told = (ui, text) =>
  ui.look.models
    .filter((name) => checkpoints[name]?.classes)
    .map((name) => ` ${runOf(ui, name).label}${text}`)
    .join("");

/** @param {string} title @param {...HTMLElement} children */
const section = (title, ...children) =>
  el("section", { class: "lp-section" }, el("h4", { text: title }), ...children);

/** @param {string} packed @param {number} n @param {string} label */
function strip(packed, n, label) {
  return split(bytes(packed), n).map((one, i) => picture(one, `${label} ${i + 1}`));
}

/**
 * A row: what it is of, its pictures, and a number; `place.fill(pictures, said)`.
 * @param {HTMLElement} head
 * @param {number} n
 */
function row(head, n) {
  const pictures = el("div", { class: "lp-filmstrip", style: `--n: ${n}` });
  const said = el("span", { class: "trip-said" });
  const node = el("div", { class: "trip-row" }, head, pictures, said);
  const empty = () =>
    pictures.replaceChildren(
      ...Array.from({ length: n }, () => el("span", { class: "trip-wait" })),
    );
  empty();
  return {
    node,
    fill(/** @type {HTMLElement[]} */ nodes, text = "") {
      pictures.replaceChildren(...nodes);
      pictures.classList.remove("trip-cannot");
      said.textContent = text;
    },
    cannot(/** @type {string} */ text) {
      empty(); // keeps the height of the row
      pictures.classList.add("trip-cannot");
      pictures.append(el("p", { text }));
      said.textContent = "";
    },
  };
}

/** @param {Ui} ui */
function setUp1(ui) {
  ui.built = ""; // the models whose rows are on the page
  ui.places = {}; // checkpoint -> { samples, rebuilt, path, moved } where its pictures go
}

/**
 * One question at a time for each model; while it is answered only the latest place is kept.
 * @param {Ui} ui
 */
async function moveSoon(ui) {
  if (ui.moving) return (ui.moveAgain = true);
  ui.moving = true;
  do {
    ui.moveAgain = false;
    await Promise.all(ui.look.models.map((name) => moveOne(ui, name)));
  } while (ui.moveAgain);
  ui.moving = false;
}

/** @param {Ui} ui @param {string} name */
async function moveOne(ui, name) {
  const place = ui.places[name]?.moved;
  if (!place) return;
  const { attribute, by, first } = ui.look;
  const answer = await ui.ask("move", {
    checkpoint: name,
    attribute,
    amount: Number(by),
    first: Number(first),
  });
  if (ui.places[name]?.moved !== place) return;
  if (answer.error || !answer.moved) return place.cannot(answer.error ?? answer.cannot);
  const mean = (/** @type {(number | null)[] | undefined} */ list) => {
    const known = (list ?? []).filter((x) => x !== null);
    return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
  };
  const unit = ui.props.attributes.find(([one]) => one === attribute)?.[2] ?? "";
  const [before, after] = [mean(answer.before), mean(answer.after)];
  const told = answer.told == null ? "" : `told ${classNames(ui)[answer.told]}`;
  place.fill(
    strip(answer.moved, 8, "moved picture"),
    before == null ? told : `${fixed(before)} \u2192 ${fixed(after)} ${unit}`.trim(),
  );
  ui.element.dataset.moved = `${attribute} ${by}`; // how tests know
}

/** @param {Ui} ui */
function nameMeaning(ui) {
  const [, title, , explanation] =
    ui.props.attributes.find(([one]) => one === ui.look.attribute) ?? [];
  const classes = classNames(ui);
  ui.meaning.textContent = title
    ? `${title}: ${explanation} The direction is the mean code of the fifth of 1,000 held-out pictures with most of it, less that of the fifth with least; beside each row the mean of the 8 pictures before and after.`
    : `The direction leads from the mean code of the picture's own class to that of ${classes[Number(ui.look.attribute.slice(6))]}; means over 1,000 held-out pictures.${told(ui, " is told the other class from half of the way on, and its code stays.")}`;
}

/** @param {Ui} ui */
const classNames = (ui) =>
  ui.props.classes[runOf(ui, ui.look.models[0])?.dataset] ??
  Array.from({ length: 10 }, (_, i) => `class ${i}`);

// ---- drawing ------------------------------------------------------------------------------

/** @param {Ui} ui */
function build(ui) {
  if (ui.built === ui.look.models.join()) return;
  ui.built = ui.look.models.join();
  ui.places = {};
  ui.givenRow = row(el("span", { class: "trip-name", text: "Given" }), 8);
  ui.pathNote = el("p", { class: "lp-remark" });
  ui.heldNote = el("p", { class: "lp-remark" });
  for (const name of ui.look.models) {
    const run = runOf(ui, name);
    const samples = el(
      "div",
      { class: "trip-grid" },
      ...Array.from({ length: 16 }, () => el("span", { class: "trip-wait" })),
    );
    ui.places[name] = {
      samples,
      head: el("div", { class: "trip-column" }, named(ui, run), samples),
      rebuilt: row(named(ui, run), 8),
      path: row(named(ui, run), 9),
      moved: row(named(ui, run), 8),
    };
  }
  const each = (/** @type {"rebuilt" | "path" | "moved"} */ part) =>
    ui.look.models.map((name) => ui.places[name][part].node);
  ui.sheet.replaceChildren(
    section(
      "Samples of one seed",
      el("div", { class: "trip-columns" }, ...ui.look.models.map((name) => ui.places[name].head)),
      el("p", {
        class: "lp-remark",
        text: `${SAMPLES_NOTE}${told(ui, " is told a class for each, drawn from the seed.")}`,
      }),
    ),
    section("Reconstructions", ui.givenRow.node, ...each("rebuilt"), ui.heldNote),
    section("A path in nine steps", ...each("path"), ui.pathNote),
    section(
      "A step along an attribute",
      el(
        "div",
        { class: "lp-bar" },
        field("Attribute", ui.kinds, { class: "lp-labelled lp-short" }),
        field("Times the direction", ui.slider, { class: "lp-labelled trip-slide" }, ui.amount),
      ),
      ...each("moved"),
      ui.meaning,
    ),
  );
  const classes = classNames(ui);
  const into = classes.map((/** @type {string} */ text, /** @type {number} */ i) => [
    `class-${i}`,
    `Into ${text}`,
  ]);
  offer(ui.kinds, [...ui.props.attributes, ...into]);
}

/** @param {Ui} ui @param {unknown} _ @param {Request} request @param {() => boolean} alive */
export async function draw(ui, _, request, alive) {
  build(ui);
  ui.kinds.value = ui.look.attribute;
  ui.slider.value = ui.look.by;
  ui.amount.textContent = signed(Number(ui.look.by));
  nameMeaning(ui);
  for (const name of request.models) {
    const answer = await ui.ask("look", {
      checkpoint: name,
      seed: request.seed,
      first: request.first,
    });
    if (!alive()) return;
    drawOne(ui, name, answer);
  }
  await moveSoon(ui);
}

/** @param {Ui} ui @param {string} name @param {Answer} answer */
function drawOne(ui, name, answer) {
  const place = ui.places[name];
  if (answer.error) {
    place.samples.replaceChildren(el("p", { class: "lp-error", text: answer.error }));
    for (const row of [place.rebuilt, place.path]) row.cannot(answer.error);
    return;
  }
  place.samples.replaceChildren(...strip(answer.samples, 16, "sample"));
  ui.givenRow.fill(strip(answer.given, 8, "given picture"), "MSE");
  ui.heldNote.textContent = `${answer.note}${told(ui, answer.labelled ? " is told the class of each." : " is told no class, since those of these pictures are not known.")}`;
  if (answer.rebuilt)
    place.rebuilt.fill(strip(answer.rebuilt, 8, "reconstruction"), fixed(answer.mse, 4));
  else place.rebuilt.cannot(answer.cannot ?? "");
  place.path.fill(strip(answer.path, 9, "step"));
  const own = ui.look.models
    .map((one) => runOf(ui, one))
    .filter((run) => !run.encodes)
    .map((run) => run.label);
  ui.pathNote.textContent = `From the first of these pictures to the second, along the arc between their codes.${own.length ? ` ${own.join(" and ")}: between two codes of the noise.` : ""}${answer.labelled ? told(ui, " is told the class of the nearer end.") : ""}`;
}

// ---- the step along an attribute ----------------------------------------------------------

/** @param {Ui} ui */
function setUp2(ui) {
  ui.kinds = select(id(ui, "attribute"), [], (attribute) => choose(ui, { attribute }));
  ui.slider = el("input", {
    type: "range",
    id: id(ui, "by"),
    min: -3,
    max: 3,
    step: 0.25,
    "aria-label": "How far along the attribute",
  });
  ui.amount = el("output", { class: "trip-amount", for: ui.slider.id });
  ui.meaning = el("p", { class: "lp-remark" });
  ui.slider.addEventListener("input", () => {
    ui.look.by = String(Number(ui.slider.value));
    ui.amount.textContent = signed(Number(ui.look.by));
    moveSoon(ui);
  });
  ui.slider.addEventListener("change", () => choose(ui, { by: String(Number(ui.slider.value)) }));
  ui.moving = false;
  ui.moveAgain = false;
}

/** @param {Ui} ui */
export function setUp(ui) {
  setUp1(ui);
  setUp2(ui);
}
