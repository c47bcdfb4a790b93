// The senses of a word: a scatter of its contexts, how wide each sense is, and what training
// moved. Its parts:
//   senses.js   the word, the questions to the server, what is on the page
//   draw.js     the charts, and the tables behind them
//
// It hears "latent-language-model" on the window, which says whether the model of the tab has
// senses at all, and says "latent-write" with the words before a context that was clicked.

import { keep } from "../../page/address.js";
import { button, el, tableTwin } from "../../page/dom.js";
import { hear } from "../../page/events.js";
import { csv, download } from "../../page/files.js";
import { result } from "../../page/result.js";
import { draw, setUp as setUpCharts } from "./draw.js";

/** @typedef {import("./types.js").Ui} Ui */

/** @param {Ui} ui */
function setUp(ui) {
  ui.checkpoint = "";
  ui.element.hidden = true;
  ui.life = result("next_word-senses", {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (data) => {
      draw(ui, data);
      keep("next_word", { word: ui.props.value });
    },
  });
  ui.box = el("input", {
    ...{ class: "lp-input", id: "senses-word", maxlength: "60", autocomplete: "off" },
    spellcheck: "false",
  });
  ui.box.addEventListener("change", () => choose(ui, ui.box.value));
  ui.offered = el("div", {
    ...{ class: "senses-offered", role: "group", "aria-label": "Words with the most senses" },
  });
  ui.twins = {
    contexts: tableTwin("Contexts as a table"),
    kernels: tableTwin("Kernels as a table"),
    widths: tableTwin("Histogram as a table"),
    moves: tableTwin("All moves as a table"),
  };
}

/** @param {Ui} ui */
function layOut(ui) {
  const head = ["", "Share", "θ", "Loses a nat at", "Since"];
  ui.life.body.append(
    el("h3", { text: "Senses of a word" }),
    el("p", {
      class: "senses-note",
      text: "This model gives a word several vectors, each with a width θ of its own, and adds up their probabilities. Nobody told it what the senses are.",
    }),
    el(
      "div",
      { class: "senses-line" },
      el("label", { for: ui.box.id, text: "Word" }),
      ui.box,
      ui.offered,
    ),
    el(
      "div",
      { class: "senses-columns" },
      el("section", {}, el("h4", { text: "Its contexts" }), ui.plane.node, ui.note),
      el(
        "section",
        {},
        el("h4", { text: "Its senses" }),
        el(
          "div",
          { class: "senses-scroll" },
          el(
            "table",
            { class: "senses-table" },
            el("caption", { class: "lp-offscreen", text: "Senses of the word" }),
            el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col", text })))),
            ui.rows,
          ),
        ),
        el("h4", { text: "Where each is surest; click one to write on from there" }),
        ui.examples,
      ),
      el(
        "section",
        {},
        el("h4", { text: "What an angle costs: K / |h||e|" }),
        ui.kernels.node,
        ui.facts,
      ),
      el("section", {}, el("h4", { text: "θ of all senses" }), ui.widths.node, ui.moved),
    ),
    ...Object.values(ui.twins).map((twin) => twin.details),
  );
  ui.life.tools.prepend(
    button(
      "save",
      "CSV of the contexts",
      () => download("senses.csv", "text/csv", csv(ui.twins.contexts.sheet())),
      { id: "senses-csv" },
    ),
  );
}

/** @param {Ui} ui */
export const ask = (ui) =>
  ui.life.view.run?.({ checkpoint: ui.checkpoint, word: ui.props.value ?? "" });

/** @param {Ui} ui @param {string} word */
export function choose(ui, word) {
  ui.props.value = word.trim();
  ask(ui);
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp(ui);
  setUpCharts(ui);
  layOut(ui);
  hear("latent-language-model", ({ checkpoint, senses }) => {
    if (!ui.element.isConnected) return;
    ui.element.hidden = !senses;
    const asked = ui.found && ui.box.dataset.asked === ui.props.value;
    if (!senses) keep("next_word", { word: "" });
    else if (checkpoint !== ui.checkpoint || !asked) {
      ui.checkpoint = checkpoint;
      ask(ui);
    }
  });
}
