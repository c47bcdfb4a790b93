// The β sweep: reconstruction against KL, the KL of each unit, what a unit does, and how many
// have collapsed. All numbers come once; only walks along units ask the server.

import { keep as pageKeep } from "../../page/address.js";
import { bars, chart, points } from "../../page/charts.js";
import { choice, nextPictures } from "../../page/choice.js";
import { button, el, panelOf, tableTwin } from "../../page/dom.js";
import { hear, tell } from "../../page/events.js";
import { csv, download } from "../../page/files.js";
import { count, significant } from "../../page/numbers.js";
import { bytes, picture, split } from "../../page/pictures.js";
import { asker, result } from "../../page/result.js";
import { whenSeen } from "../../page/seen.js";
import * as link from "../../page/state.js";

/**
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").Walks} Walks
 */

const VIEW = "pictures";
const HIGH = 260; // px, of a chart
const FIRST = { of: "", first: "0" };

/** @param {Ui} ui @param {string} name */
const id = (ui, name) => `${ui.props.tab}-beta-${name}`;

/** @param {Ui} ui */
const chosen = (ui) =>
  /** @type {Run} */ (ui.runs.find((run) => run.name === ui.look.of) ?? ui.runs.at(-1));

/** @param {Ui} ui */
function setUp1(ui) {
  ui.panel = panelOf(ui.element);
  ui.life = result(`${ui.props.tab}-beta`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (data) => draw(ui, data),
  });
  ui.ask = asker(ui.server, 60000);
  ui.runs = [];
  ui.look = { ...FIRST };
  ui.turn = 0;
}

/** @param {string} title @param {...import("../../page/dom.js").Child} children */
const part = (title, ...children) =>
  el("section", { class: "beta-part" }, el("h4", { text: title }), ...children);

// ---- state --------------------------------------------------------------------------------

/** @param {Ui} ui */
const shown = (ui) => ui.panel.dataset.mode === VIEW;
/**
 * The model is always named: which one comes first depends on the machine.
 * @param {Ui} ui
 */
const state = (ui) => link.write(ui.look, FIRST);

/** @param {Ui} ui */
const keep = (ui) => {
  const now = ui.runs.length ? state(ui) : ui.props.value; // what a link asks for and is not seen yet
  pageKeep(ui.props.tab, { beta: shown(ui) ? now : "" });
};

/** @param {Ui} ui */
function restore(ui) {
  const given = link.read(ui.props.value);
  ui.look = { ...FIRST, ...given };
  if (ui.look.of && !ui.runs.some((run) => run.name === ui.look.of))
    ui.life.fail(`${ui.look.of} is no β-VAE that is here. Another is shown instead.`);
  ui.look.of = chosen(ui).name;
  keep(ui);
  return drawAll(ui);
}

/** @param {Ui} ui @param {Partial<Look>} change */
function choose(ui, change) {
  Object.assign(ui.look, change);
  ui.props.value = state(ui);
  keep(ui);
  drawAll(ui);
}

// ---- drawing ------------------------------------------------------------------------------

/** @param {Ui} ui @param {{runs: Run[]}} data */
async function draw(ui, data) {
  ui.runs = data.runs;
  const none = !ui.runs.length;
  ui.missing.hidden = !none;
  ui.missing.textContent =
    "No β-VAE on this machine was measured. Train them: python scripts/train.py vae/beta_vae--mnist--beta1 (and beta2, beta4, beta10)";
  ui.sheet.hidden = ui.table.details.hidden = ui.life.tools.hidden = none;
  ui.chooser.hidden = none;
  if (!none) await restore(ui);
}

/** @param {Ui} ui */
async function drawAll(ui) {
  const run = chosen(ui);
  const options = ui.runs.map(({ name, beta }) => [name, significant(beta)]);
  ui.choice.fill(options, run.name);
  drawPlot(ui, run);
  drawBars(ui, run);
  drawCollapse(ui, run);
  ui.table.set(
    ["β", "unit", "KL, nats", "active"],
    ui.runs.flatMap((one) =>
      (one.kl ?? []).map((kl, unit) => [one.beta, unit, kl, one.active[unit] ? "yes" : "no"]),
    ),
  );
  await drawWalks(ui, run);
}

/**
 * Mean squared error over KL, one mark for each β, joined in the order of β.
 * @param {Ui} ui
 * @param {Run} run
 */
function drawPlot(ui, run) {
  const known = ui.runs.filter(({ values }) => values.mse != null && values.kl != null);
  ui.plot.node.hidden = !known.length;
  ui.plotNote.textContent = known.length
    ? `Measured on the ${run.split} split, n ${count(run.n)}. Click a mark, or choose above.`
    : "Reconstruction error or KL was not measured.";
  const [kl, mse] = ["kl", "mse"].map((name) => known.map(({ values }) => Number(values[name])));
  const said = known.map(
    ({ beta }, i) =>
      `β ${significant(beta)}: MSE ${significant(mse[i])}, KL ${significant(kl[i])} nats`,
  );
  const marks = points("β", kl, mse, {
    ...{ colour: "--accent", joined: true, size: 14, ids: known.map(({ name }) => name), said },
    text: known.map(({ beta }) => `β ${significant(beta)}`),
    places: known.map(() => "top right"),
  });
  const own = known.indexOf(run);
  const empty = known.map((_, i) => (i === own ? "--accent" : "--card"));
  const fill = { ...marks.marker, color: empty, line: { width: 2, color: "--accent" } };
  const room = (/** @type {number[]} */ values) => ({
    low: 0,
    high: 1.15 * Math.max(...values, 0),
  });
  ui.plot.draw(
    [{ ...marks, marker: fill, line: { color: "--ink-2", width: 1.5 } }],
    {
      x: { ...room(kl), label: "KL, nats" },
      y: { ...room(mse), label: "← better · reconstruction MSE" },
    },
    said.join("; "),
  );
}

/**
 * A bar for each unit; the scale is the same for every β, so that they can be compared.
 * @param {Ui} ui
 * @param {Run} run
 */
function drawBars(ui, run) {
  ui.bars.node.hidden = !run.kl;
  if (!run.kl) return (ui.barsNote.textContent = run.problem ?? null);
  const top = Math.max(...ui.runs.flatMap((one) => one.kl ?? []), 0.1);
  const units = run.kl.map((_, unit) => unit).sort((a, b) => run.kl[b] - run.kl[a]);
  const those = (
    /** @type {string} */ name,
    /** @type {boolean} */ kept,
    /** @type {object} */ look,
  ) => {
    const own = units.filter((unit) => run.active[unit] === kept);
    const hover = `unit %{x}: %{y:.3~g} nats, ${name}`;
    return bars(
      name,
      own.map(String),
      own.map((unit) => run.kl[unit]),
      { ...look, hover },
    );
  };
  ui.bars.draw(
    [
      those("active", true, { colour: "--accent" }),
      those("not active", false, { colour: "--ink-2", open: true }),
    ],
    {
      x: { label: "unit", category: true, order: units.map(String) },
      y: { low: 0, high: 1.05 * top, label: "KL, nats" },
      stacked: true,
    },
    units.map((unit) => `unit ${unit}: ${significant(run.kl[unit])} nats`).join("; "),
  );
  const sum = run.kl.reduce((a, b) => a + b, 0);
  ui.barsNote.textContent = `Highest bar of all β: ${significant(top)} nats. Here together ${significant(sum)} nats over ${units.length} units; hollow bars are units that are not active.`;
}

/** @param {Ui} ui @param {Run} run */
function drawCollapse(ui, run) {
  const heads = ["β", "MSE", "KL, nats", "active units", "posterior = prior"];
  ui.collapse.replaceChildren(
    el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", { scope: "col", text })))),
    el(
      "tbody",
      {},
      ...ui.runs.map((one) => {
        const active = one.active?.filter(Boolean).length;
        const whole = active === 0;
        return el(
          "tr",
          { class: one === run ? "beta-own" : null, "aria-current": one === run ? "true" : null },
          el("th", { scope: "row", text: significant(one.beta) }),
          el("td", { text: significant(one.values.mse) }),
          el("td", { text: significant(one.values.kl) }),
          el("td", {
            text:
              active == null ? "–" : `${active} of ${one.latent_dim}${whole ? ", collapsed" : ""}`,
          }),
          el("td", { text: one.silent == null ? "–" : `${one.silent} of ${one.latent_dim}` }),
        );
      }),
    ),
  );
}

/** @param {Ui} ui @param {Run} run */
async function drawWalks(ui, run) {
  const mine = ++ui.turn;
  ui.walksTitle.textContent = `What each unit does at β ${significant(run.beta)}`;
  if (!ui.walks.childElementCount)
    ui.walks.replaceChildren(
      ...Array.from({ length: 8 }, () =>
        el("div", { class: "beta-walk" }, el("span"), el("div", { class: "beta-wait" })),
      ),
    );
  /** @type {Walks} */
  const answer = await ui.ask("walks", { checkpoint: run.name, first: Number(ui.look.first) });
  if (mine !== ui.turn) return;
  if (answer.error) {
    ui.walksNote.textContent = answer.error;
    return ui.walks.replaceChildren();
  }
  const across = answer.values.length;
  const all = split(bytes(answer.pictures), answer.units.length * across);
  ui.walks.replaceChildren(
    ...answer.units.map((/** @type {number} */ unit, /** @type {number} */ row) =>
      el(
        "div",
        { class: "beta-walk" },
        el("span", {
          text: `unit ${unit}`,
          title: `KL ${significant(run.kl[unit])} nats; of this picture it is ${significant(answer.at[row])}`,
        }),
        el(
          "div",
          { class: "lp-filmstrip", style: `--n: ${across}` },
          ...answer.values.map((value, /** @type {number} */ i) =>
            picture(all[row * across + i], `unit ${unit} at ${significant(value)}`),
          ),
        ),
      ),
    ),
  );
  ui.walksNote.textContent = `One picture's code, with one unit set to ${significant(answer.values[0])} \u2026 ${significant(answer.values.at(-1))}; the units with the largest KL come first. A row in which nothing changes is a unit that says nothing. ${answer.note}`;
  ui.element.dataset.walks = run.name; // how tests know
}

// ---- what is on the page ------------------------------------------------------------------

/** @param {Ui} ui */
function setUp2(ui) {
  const frame = { class: "lp-choice-small", "aria-label": "β" };
  ui.choice = choice(id(ui, "of"), frame, (of) => choose(ui, { of }));
  const sign = el("span", { text: "β", "aria-hidden": "true" });
  ui.chooser = el("div", { class: "beta-line beta-choose" }, sign, ui.choice.group);
  ui.plot = chart({
    label: "Reconstruction against KL",
    id: id(ui, "plot"),
    height: HIGH,
    click: ({ index }) => choose(ui, { of: index }),
  });
  ui.plotNote = el("p", { class: "beta-note" });
  ui.bars = chart({ label: "KL of each unit", height: HIGH, id: id(ui, "bars") });
  ui.barsNote = el("p", { class: "beta-note" });
  ui.collapse = el("table", { class: "beta-table" });
  ui.walks = el("div", { class: "beta-walks" });
  ui.walksNote = el("p", { class: "beta-note" });
  ui.other = nextPictures(
    "Another picture",
    { id: id(ui, "other") },
    () => ui.look.first,
    1,
    (first) => choose(ui, { first }),
  );
  ui.table = tableTwin("KL of each unit as a table");
  ui.missing = el("p", { class: "beta-note" });
  ui.walksTitle = el("h4");
  ui.sheet = el(
    "div",
    { class: "beta-sheet" },
    part("Reconstruction against KL", ui.plot.node, ui.plotNote),
    part("KL of each unit, the largest first", ui.bars.node, ui.barsNote),
    part(
      "Which units are left",
      ui.collapse,
      el("p", {
        class: "beta-note",
        text: "A unit is active where its posterior mean has a variance of at least 0.01 over pictures; where its KL is below 0.01 nats its posterior is the prior, whatever the picture: it has collapsed.",
      }),
    ),
    el(
      "section",
      { class: "beta-part" },
      el("div", { class: "beta-line" }, ui.walksTitle, ui.other),
      ui.walks,
      ui.walksNote,
    ),
  );
  ui.life.body.append(
    el(
      "header",
      { class: "lp-head" },
      el("h3", { text: "How heavy the KL should be" }),
      el("p", {
        text: "The same VAE of the same seed, with β times the KL in its loss: a larger β makes codes that follow the prior more closely and say less, with fewer units in use.",
      }),
    ),
    ui.missing,
    ui.chooser,
    ui.sheet,
    ui.table.details,
  );
  ui.life.tools.prepend(
    button("save", "CSV", () => download("beta.csv", "text/csv", csv(ui.table.sheet())), {
      id: id(ui, "csv"),
    }),
  );
  ui.watch("value", () => ui.runs.length && ui.props.value !== state(ui) && restore(ui));
}

/**
 * After the frontier, which is what the view opens with.
 * @param {Ui} ui
 */
function begin(ui) {
  if (!ui.begun) ui.life.view.run({});
  ui.begun = true;
}

// ---- life ---------------------------------------------------------------------------------

/** @param {Ui} ui */
function setUp3(ui) {
  ui.begun = false;
  hear("latent-bench", () => whenSeen(ui.element, () => begin(ui), ui.props.value !== ""));
  new MutationObserver(() => keep(ui)).observe(ui.panel, { attributeFilter: ["data-mode"] });
  setTimeout(() => tell("latent-bench-wanted")); // it may have come before
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp1(ui);
  setUp2(ui);
  setUp3(ui);
}
