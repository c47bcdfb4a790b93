// GANs of sentences over a language that can be counted: both exact NLLs along training, quality
// against diversity, soft words at a temperature, and samples side by side. All numbers of the
// first two come at once; soft words and samples ask the server. Its parts:
//   text_gans.js   what is on the page, its state, the questions to the server
//   draw.js        the charts, and the tables behind them
//   words.js       what the numbers say

import { fragment, keep as pageKeep } from "../../page/address.js";
import { dice, labelled, seedBox } from "../../page/choice.js";
import { button, el, panelOf, tableTwin } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { fixed } from "../../page/numbers.js";
import { asker, result } from "../../page/result.js";
import * as link from "../../page/state.js";
import { drawCodes, drawMeasured, drawSoft, setUp as setUpCharts } from "./draw.js";

/**
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").Measured} Measured
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Sentence} Sentence
 * @typedef {import("./types.js").Ui} Ui
 */

const VIEW = "text_gans";
const FIRST = { tau: "0.6", seed: "0" };

/** @param {Ui} ui @param {string} name */
export const id = (ui, name) => `${ui.props.tab}-gans-${name}`;

// ---- state --------------------------------------------------------------------------------

/** @param {Ui} ui */
const shown = (ui) => ui.panel.dataset.mode === VIEW;

/** @param {Ui} ui */
const state = (ui) => link.write(ui.look, FIRST);

/** @param {Ui} ui */
function keep(ui) {
  const now = ui.measured ? state(ui) : ui.props.value; // what a link asks for and is not seen yet
  pageKeep(ui.props.tab, { gans: shown(ui) ? now : "" });
}

/** @param {Ui} ui */
function restore(ui) {
  ui.look = { ...FIRST, ...link.read(ui.props.value) };
  keep(ui);
  return drawLive(ui);
}

/** @param {Ui} ui @param {Partial<Look>} change */
function choose(ui, change) {
  Object.assign(ui.look, change);
  ui.props.value = state(ui);
  keep(ui);
  drawLive(ui);
}

// ---- drawing ------------------------------------------------------------------------------

/** @param {Ui} ui @param {Measured} measured */
async function draw(ui, measured) {
  ui.measured = measured;
  const none = !measured.runs.length;
  const [game] = measured.codes;
  ui.among.hidden = !game;
  if (game) {
    ui.doors.replaceChildren(...doors(game));
    drawCodes(ui, game);
  }
  ui.missing.hidden = !none && !measured.problems.length;
  ui.missing.textContent = none
    ? "No GAN of sentences on this machine was measured. Train one: python scripts/train.py text_gan/seq_gan--toy-language"
    : measured.problems.join(" ");
  ui.sheet.hidden = ui.life.tools.hidden = none;
  if (none) return;
  drawMeasured(ui, measured);
  await restore(ui);
}

/** @param {Ui} ui */
async function drawLive(ui) {
  const mine = ++ui.turn;
  const { tau, seed } = ui.look;
  ui.tau.value = String(Math.log10(Number(tau)));
  ui.tauSaid.textContent = `τ = ${tau}`;
  ui.tau.setAttribute("aria-valuetext", ui.tauSaid.textContent);
  ui.seed.value = seed;
  const soft = ui.measured.runs.find((run) => run.soft);
  if (soft) {
    const question = { checkpoint: soft.name, tau: Number(tau), seed: Number(seed) };
    const answer = await ui.ask("relax", question);
    if (mine !== ui.turn) return;
    drawSoft(ui, answer, Number(tau));
  }
  for (const [i, run] of ui.measured.runs.entries()) {
    const answer = await ui.ask("samples", { checkpoint: run.name, seed: Number(seed) });
    if (mine !== ui.turn) return;
    const list = answer.error
      ? el("p", { class: "lp-remark", text: answer.error })
      : el("ol", {}, ...answer.sentences.map(sentence));
    /** @type {HTMLElement} */ (ui.columns.children[i]).lastElementChild?.replaceWith(list);
  }
  ui.element.dataset.live = `${tau} ${seed}`; // how tests know
}

/** @param {Sentence} given */
function sentence({ text, log_p }) {
  const odds = log_p === null ? "not in the language" : `log p ${fixed(log_p, 1)}`;
  return el("li", {}, el("span", { text }), el("small", { text: odds }));
}

/** @param {import("./types.js").Codes} game */
const doors = ({ name: checkpoint, title }) =>
  /** @type {const} */ ([
    ["interpolate", "Walk between two sentences"],
    ["sample", "Draw samples"],
    ["explore", "Explore its codes"],
  ]).map(([tab, text]) =>
    el("a", {
      class: "lp-button",
      href: fragment(tab, { checkpoint }),
      text,
      "aria-label": `${text}: ${title}`,
    }),
  );

/** @param {Run} run */
const column = (run) =>
  el(
    "section",
    { class: "gans-column" },
    el("h5", { text: run.label }),
    el("a", {
      class: "lp-button",
      href: fragment("next_word", { checkpoint: run.name, text: "The" }),
      text: "Open in Next word",
      "aria-label": `Open ${run.label} in Next word`,
    }),
    el("p", { class: "lp-remark", text: "…" }),
  );

// ---- what is on the page ------------------------------------------------------------------

/** @param {string} title @param {...import("../../page/dom.js").Child} children */
const part = (title, ...children) =>
  el("section", { class: "lp-section" }, el("h4", { text: title }), ...children);

/** @param {Ui} ui */
function setUp(ui) {
  ui.panel = panelOf(ui.element);
  ui.ask = asker(ui.server, 60000);
  ui.look = { ...FIRST };
  ui.turn = 0;
  ui.begun = false;
  ui.life = result(`${ui.props.tab}-gans`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (data) => draw(ui, data),
  });
  ui.missing = el("p", { class: "lp-remark" });
  ui.verdict = el("ul", { class: "gans-verdict" });
  ui.numbers = el("table", { class: "lp-figures gans-table" });
  ui.soft = el("ol", { class: "gans-soft", "aria-label": "Words that share each place" });
  ui.softNote = el("p", { class: "lp-remark", role: "status" });
  ui.planeNote = el("p", { class: "lp-remark" });
  ui.columns = el("div", { class: "gans-columns" });
  ui.codes = el("ul", { class: "gans-verdict" });
  ui.doors = el("div", { class: "gans-bar" });
  ui.tau = el("input", {
    ...{ type: "range", id: id(ui, "tau"), min: "-1.3", max: "1", step: "0.01" },
    on: { change: () => choose(ui, { tau: readTau(ui) }) },
  });
  ui.tau.addEventListener("input", () => {
    ui.tauSaid.textContent = `τ = ${readTau(ui)}`;
  });
  ui.tauSaid = el("output", { for: ui.tau.id });
  ui.seed = seedBox(id(ui, "seed"), (seed) => choose(ui, { seed: String(seed) }), {
    class: "lp-input lp-seed-box",
  });
  ui.twins = {
    moments: tableTwin("Numbers along training as a table"),
    plane: tableTwin("BLEU and self-BLEU as a table"),
    soft: tableTwin("Soft words as a table"),
    meter: tableTwin("Slopes as a table"),
    gap: tableTwin("The gap as a table"),
    noise: tableTwin("Noise as a table"),
  };
}

/** @param {Ui} ui */
const readTau = (ui) => String(Number((10 ** Number(ui.tau.value)).toPrecision(2)));

/** @param {Ui} ui */
function layOut(ui) {
  const roll = dice("Roll the seed", (seed) => choose(ui, { seed: String(seed) }), {
    id: id(ui, "dice"),
  });
  ui.sheet = el(
    "div",
    { class: "gans-sheet" },
    part("NLL of the language under G", ui.curves.language_nll.node),
    part("NLL of G's samples under the language", ui.curves.sample_nll.node),
    el(
      "section",
      { class: "lp-section gans-wide" },
      ui.twins.moments.details,
      ui.verdict,
      el(
        "div",
        { class: "lp-sideways", tabindex: "0", role: "region", "aria-label": "Exact numbers" },
        ui.numbers,
      ),
    ),
    part("Quality against diversity", ui.plane.node, ui.planeNote, ui.twins.plane.details),
    part(
      "Soft words",
      el(
        "div",
        { class: "gans-bar" },
        labelled("Temperature τ", ui.tau, ui.tauSaid),
        labelled("Seed", ui.seed, roll),
      ),
      ui.soft,
      ui.softNote,
      ui.twins.soft.details,
      ui.meter.node,
      ui.twins.meter.details,
    ),
    el(
      "section",
      { class: "lp-section gans-wide" },
      el("h4", { text: "Samples of the same seed" }),
      ui.columns,
    ),
  );
  ui.among = el(
    "section",
    { class: "gans-among", hidden: true },
    el(
      "header",
      { class: "lp-head" },
      el("h3", { text: "A game among codes" }),
      el("p", {
        text: "ARAE lets no gradient pass a word: an auto-encoder gives each sentence a code of length 1, a generator makes codes of noise, and a critic tells the two apart. Encoder and generator both play against it.",
      }),
    ),
    el(
      "div",
      { class: "gans-sheet" },
      part("What the critic tells apart", ui.games.gap.node, ui.twins.gap.details),
      part("Codes under noise", ui.games.noise.node, ui.twins.noise.details),
      el("section", { class: "lp-section gans-wide" }, ui.codes, ui.doors),
    ),
  );
  ui.life.body.append(
    el(
      "header",
      { class: "lp-head" },
      el("h3", { text: "GANs of sentences" }),
      el("p", {
        text: "A small grammar gives 15,480 sentences, each with a known probability, so what a model knows of it is a sum and no estimate. All models begin with the same steps of likelihood; then a critic that tells real sentences from samples is all that teaches them.",
      }),
    ),
    ui.missing,
    ui.sheet,
    ui.among,
  );
  ui.life.tools.prepend(
    button(
      "save",
      "CSV",
      () => download("text-gans.csv", "text/csv", csv(ui.twins.moments.sheet())),
      {
        id: id(ui, "csv"),
      },
    ),
  );
}

/** @param {Ui} ui @param {Run[]} runs */
export function layOutColumns(ui, runs) {
  ui.columns.replaceChildren(...runs.map(column));
}

// ---- life ---------------------------------------------------------------------------------

/** @param {Ui} ui */
function begin(ui) {
  if (shown(ui) && !ui.begun) {
    ui.begun = true;
    ui.life.view.run?.({});
  }
  keep(ui);
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp(ui);
  setUpCharts(ui);
  layOut(ui);
  ui.watch("value", () => ui.measured && ui.props.value !== state(ui) && restore(ui));
  new MutationObserver(() => begin(ui)).observe(ui.panel, { attributeFilter: ["data-mode"] });
  begin(ui);
}
