// The chosen dot: its numbers beside those of real pictures, the samples of that moment, and of
// the shipped weights what they draw and reconstruct now.

import { fragment } from "../../page/address.js";
import { dice } from "../../page/choice.js";
import { button, el, one } from "../../page/dom.js";
import { tell } from "../../page/events.js";
import { count, fixed, significant } from "../../page/numbers.js";
import { GLYPHS } from "../../page/palette.js";
import { bytes, picture, split } from "../../page/pictures.js";
import { choose, dotOf, found, id, kindIndex, lastOf } from "./frontier.js";
import { colourOf } from "./plot.js";

/**
 * @typedef {import("./types.js").Child} Child
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Ui} Ui
 */

/** @param {Run} run */
const walkable = (run) => run.encodes && !run.discrete;
/** @type {[string, string, (run: any) => boolean][]} tab, title, and which models it takes */
const OPEN = [
  ["sample", "Sample", () => true],
  ["explore", "Explore", walkable],
  ["interpolate", "Interpolate", walkable],
];
const FROM_CODES = new Set([
  "mse",
  "mse_shuffled",
  "code_mmd",
  "active_units",
  "kl",
  "code_critic_accuracy",
]); // of pictures

/**
 * Pictures side by side, `n` of them in what the server packed.
 * @param {string} packed
 * @param {number} n
 * @param {string} label
 * @param {number} [from]
 * @param {number} [total]
 */
function strip(packed, n, label, from = 0, total = n) {
  const shown = split(bytes(packed), total).slice(from, from + n);
  const silent = { role: null, "aria-label": null, "aria-hidden": "true" };
  return el(
    "div",
    { class: "front-strip", role: "img", "aria-label": label, style: `--n: ${n}` },
    ...shown.map((one) => picture(one, "", silent)),
  );
}

/** @param {number} [rows] */
const waiting = (rows = 1) => el("div", { class: "front-wait", style: `--rows: ${rows}` });

/** @param {string} title @param {...Child} children */
const section = (title, ...children) =>
  el("div", { class: "front-section" }, el("h4", { text: title }), ...children);

/**
 * What waits, or came, below the title of a section.
 * @param {HTMLElement} section
 */
const filled = (section) => /** @type {HTMLElement} */ (section.lastElementChild);

/** @param {Ui} ui */
export function openCard(ui) {
  const chosen = found(ui, ui.look.dot);
  if (!chosen)
    return ui.card.replaceChildren(el("p", { class: "front-note", text: "No dot is chosen." }));
  const mine = ++ui.turn;
  const { run, at } = chosen;
  const last = at === run.moments.length - 1;
  const samples = section(
    `Samples at step ${count(run.moments[at].step)}, of codes that stay the same`,
    waiting(2),
  );
  const live = el("div", { class: "front-live" });
  ui.card.dataset.dot = ui.look.dot;
  delete ui.card.dataset.live;
  ui.card.replaceChildren(head(ui, run), moment(ui, run, at), samples, live);
  ui.figures.replaceChildren(...numbers(ui, run, at));
  drawSamples(ui, run, at, samples, mine);
  if (last) drawLive(ui, run, live, mine);
  else drawMoments(ui, run, live, mine);
}

/** @param {Ui} ui @param {Run} run */
function head(ui, run) {
  const symbol = el("i", {
    style: `color: ${colourOf(ui, run)}`,
    "aria-hidden": "true",
    text: GLYPHS[kindIndex(ui, run.kind)],
  });
  const beside = button(null, "Put in the triptych", () => tell("latent-compare", run.name), {
    id: id(ui, "compare"),
    title: "The same noise and the same pictures through three models, below",
  });
  const links = OPEN.filter(([, , can]) => can(run)).map(([tab, text]) =>
    el("a", {
      class: "lp-button",
      href: fragment(tab, { checkpoint: run.name }),
      text: `Open in ${text}`,
    }),
  );
  return el(
    "header",
    {},
    el("h3", {}, symbol, el("span", { text: run.label })),
    el("p", { class: "front-note", text: `${run.title}. ${run.name}` }),
    el("div", { class: "front-actions" }, beside, ...links),
  );
}

/**
 * Which moment, with a way to the one before and the one after.
 * @param {Ui} ui
 * @param {Run} run
 * @param {number} at
 */
function moment(ui, run, at) {
  const go = (/** @type {number} */ by) => choose(ui, { dot: dotOf(run, at + by) });
  const { step, values } = run.moments[at];
  const back = el("button", {
    type: "button",
    class: "lp-button",
    "aria-label": "Earlier moment",
    id: id(ui, "earlier"),
    text: "◂",
    disabled: at === 0,
    on: { click: () => (go(-1), again(ui, "earlier")) },
  });
  const on = el("button", {
    type: "button",
    class: "lp-button",
    "aria-label": "Later moment",
    id: id(ui, "later"),
    text: "▸",
    disabled: at === run.moments.length - 1,
    on: { click: () => (go(1), again(ui, "later")) },
  });
  return el(
    "div",
    { class: "front-moment" },
    back,
    on,
    el("span", {
      text: `step ${count(step)}, moment ${at + 1} of ${run.moments.length}${values.seconds == null ? "" : `, ${significant(Math.round(values.seconds))} s of training`}`,
    }),
  );
}

/** @param {Ui} ui @param {string} name */
const again = (ui, name) => {
  const same = /** @type {HTMLButtonElement} */ (document.getElementById(id(ui, name)));
  (same.disabled ? one(ui.card, ".front-moment button:not(:disabled)") : same)?.focus();
};

/**
 * @param {Ui} ui
 * @param {Run} run
 * @param {number} at
 * @param {HTMLElement} place
 * @param {number} mine
 */
async function drawSamples(ui, run, at, place, mine) {
  const answer = await (ui.sheets[run.name] ??= ui.ask("moments", { checkpoint: run.name }));
  if (mine !== ui.turn) return;
  if (answer.error) {
    delete ui.sheets[run.name];
    return filled(place).replaceWith(el("p", { class: "front-note", text: answer.error }));
  }
  const total = answer.across * run.moments.length;
  const half = answer.across / 2;
  filled(place).replaceWith(
    ...[0, half].map((from) =>
      strip(
        answer.pictures,
        half,
        `${half} samples, from the same codes at every moment`,
        at * answer.across + from,
        total,
      ),
    ),
  );
  ui.card.dataset.samples = ui.look.dot; // how tests know
}

/**
 * In place of what only weights can do: the same codes at every moment.
 * @param {Ui} ui
 * @param {Run} run
 * @param {HTMLElement} place
 * @param {number} mine
 */
async function drawMoments(ui, run, place, mine) {
  place.replaceChildren(
    el("p", {
      class: "front-note",
      text: "Of this moment numbers and samples were kept, not the weights.",
    }),
    button("open", "Go to the last moment", () => choose(ui, { dot: lastOf(run) }), {
      id: id(ui, "last"),
    }),
  );
  const answer = await ui.sheets[run.name];
  if (mine !== ui.turn || answer.error) return;
  const total = answer.across * run.moments.length;
  place.append(
    section(
      "The first eight of these codes along the training",
      ...run.moments.map(({ step }, i) =>
        el(
          "div",
          { class: "front-step" },
          el("span", { text: count(step) }),
          strip(
            answer.pictures,
            answer.across / 2,
            `samples at step ${count(step)}`,
            i * answer.across,
            total,
          ),
        ),
      ),
    ),
  );
}

/** @param {Ui} ui @param {Run} run @param {HTMLElement} place @param {number} mine */
async function drawLive(ui, run, place, mine) {
  place.replaceChildren(
    section("Drawn now", waiting(2)),
    section("Reconstructions", waiting(2)),
    section("A path", waiting()),
  );
  const answer = await ui.ask("look", { checkpoint: run.name, seed: Number(ui.look.seed) });
  if (mine !== ui.turn) return;
  if (answer.error)
    return place.replaceChildren(el("p", { class: "lp-error", text: answer.error }));
  const roll = (/** @type {number} */ seed) => choose(ui, { seed: String(seed) });
  const drawn = section(
    `Drawn now, seed ${ui.look.seed}`,
    strip(answer.samples, 8, "8 samples", 0, 16),
    strip(answer.samples, 8, "8 more samples", 8, 16),
  );
  one(drawn, "h4").append(dice("Roll the seed", roll, { id: id(ui, "dice") }));
  const rebuilt = answer.rebuilt
    ? section(
        `Given, and reconstructed (MSE of these 8: ${significant(answer.mse)})`,
        strip(answer.given, 8, "8 given pictures"),
        strip(answer.rebuilt, 8, "their reconstructions"),
      )
    : section(
        "Reconstructions",
        strip(answer.given, 8, "8 given pictures"),
        el("p", { class: "front-cannot", text: answer.cannot }),
      );
  const near = section(
    "Nearest training pictures",
    button("open", "Find them", () => drawNearest(ui, run, near, mine), { id: id(ui, "nearest") }),
  );
  place.replaceChildren(
    drawn,
    rebuilt,
    el("p", { class: "front-note", text: answer.note }),
    section(`A path between ${answer.between}`, strip(answer.path, 9, "9 steps along the path")),
    near,
  );
  ui.card.dataset.live = run.name; // how tests know
}

/** @param {Ui} ui @param {Run} run @param {HTMLElement} place @param {number} mine */
async function drawNearest(ui, run, place, mine) {
  filled(place).replaceWith(waiting(2));
  const answer = await ui.ask("nearest", { checkpoint: run.name, seed: Number(ui.look.seed) });
  if (mine !== ui.turn) return;
  if (answer.error)
    return filled(place).replaceWith(el("p", { class: "front-note", text: answer.error }));
  filled(place).replaceWith(
    el(
      "div",
      {},
      strip(answer.samples, 8, "8 samples"),
      strip(answer.nearest, 8, "the training picture nearest to each"),
      el(
        "ol",
        { class: "front-away" },
        ...answer.distances.map((/** @type {number} */ x) => el("li", { text: fixed(x) })),
      ),
      el("p", {
        class: "front-note",
        text: `Root mean squared difference of pixels, among ${count(answer.n)} training pictures; test pictures are ${fixed(answer.usual)} away from theirs. Much less would be a copy.`,
      }),
    ),
  );
  ui.card.dataset.nearest = run.name;
}

/** @param {Ui} ui @param {Run} run @param {number} at */
function numbers(ui, run, at) {
  const { values } = run.moments[at];
  const rows = ui.scene.ids.map((one) => {
    const quantity = ui.scene.byId[one];
    const value = values[one];
    const elsewhere = value == null && run.moments.some((each) => one in each.values);
    const said =
      value != null
        ? significant(value)
        : elsewhere
          ? "at the end"
          : FROM_CODES.has(one) && !run.encodes
            ? "no encoder"
            : "none";
    return el(
      "tr",
      { class: value == null ? "front-lacks" : null, title: quantity.explanation },
      el("th", { scope: "row", text: quantity.title }),
      el("td", { text: said }),
      el("td", { text: run.reference[one] == null ? "" : significant(run.reference[one]) }),
      el("td", { text: quantity.unit }),
      el("td", { text: quantity.direction }),
    );
  });
  const nets = Object.entries(run.parameters)
    .map(([net, n]) => `${net} ${count(n)}`)
    .join(", ");
  return [
    el("h4", {
      text: `${run.label} at step ${count(run.moments[at].step)}, ${run.split} split, n ${count(run.n)}`,
    }),
    el(
      "table",
      { class: "front-numbers", "aria-label": "Numbers of the chosen dot" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          ...["quantity", "here", "real pictures", "unit", "better"].map((text) =>
            el("th", { scope: "col", text }),
          ),
        ),
      ),
      el("tbody", {}, ...rows),
    ),
    el("p", {
      class: "front-note",
      text: `Parameters: ${nets}. Code of ${run.latent_dim} numbers.`,
    }),
  ];
}

/**
 * What each number means, for all dots alike.
 * @param {Ui} ui
 */
export function fillMeanings(ui) {
  ui.explained.replaceChildren(
    ...ui.scene.ids.flatMap((one) => [
      el("dt", { text: ui.scene.byId[one].title }),
      el("dd", { text: ui.scene.byId[one].explanation }),
    ]),
  );
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.sheets = {}; // checkpoint -> promise of its samples at each moment
  ui.turn = 0;
}
