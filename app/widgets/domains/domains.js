// Two domains without pairs: digits there and back by each translator, and the features of a
// classifier before and after it learned to hide the domain.
//   domains.js   state, the questions to the server, the parts of the view
//   draw.js      strips, numbers and maps
//   words.js     what the numbers say
//
// It hears "latent-own-digit" on the window: the picture of the pad below it.

import { keep as pageKeep } from "../../page/address.js";
import { labelled, select } from "../../page/choice.js";
import { button, el, panelOf, tableTwin } from "../../page/dom.js";
import { hear } from "../../page/events.js";
import { csv, download } from "../../page/files.js";
import { asker, result } from "../../page/result.js";
import { whenSeen } from "../../page/seen.js";
import * as link from "../../page/state.js";
import { drawMaps, drawMeasured, drawStrips } from "./draw.js";

/**
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").Strips} Strips
 * @typedef {import("./types.js").Ui} Ui
 */

const VIEW = "pictures";
const FIRST = { way: "over", colour: "domain" };

/** @param {Ui} ui @param {string} name */
export const id = (ui, name) => `${ui.props.tab}-domains-${name}`;

// ---- state --------------------------------------------------------------------------------

/** @param {Ui} ui */
const state = (ui) => link.write(ui.look, FIRST);

/** @param {Ui} ui */
function keep(ui) {
  const shown = ui.panel.dataset.mode === VIEW;
  const now = ui.measured ? state(ui) : ui.props.value; // what a link asks for and is not seen yet
  const digit = ui.measured ? ui.digit : told();
  pageKeep(ui.props.tab, { domains: shown ? now : "", digit: shown ? digit : "" });
}

/** @param {Ui} ui */
function restore(ui) {
  ui.look = { ...FIRST, ...link.read(ui.props.value) };
  ui.way.value = ui.look.way;
  ui.colour.value = ui.look.colour;
  keep(ui);
  drawMaps(ui);
  return ask(ui);
}

/** @param {Ui} ui @param {Partial<Look>} change */
function choose(ui, change) {
  Object.assign(ui.look, change);
  ui.props.value = state(ui);
  keep(ui);
  if (change.colour) drawMaps(ui);
  else ask(ui);
}

/** @param {Ui} ui */
async function ask(ui) {
  if (!ui.measured.translators.length) return;
  const mine = ++ui.turn;
  ui.strips.setAttribute("aria-busy", "true");
  const { way } = ui.look;
  /** @type {Strips} */
  const answer = await ui.ask("strips", { over: way === "over", picture: ui.digit });
  if (mine !== ui.turn) return;
  ui.strips.removeAttribute("aria-busy");
  if (answer.error) ui.stripsNote.textContent = answer.error;
  else drawStrips(ui, answer);
  ui.element.dataset.strips = `${way} ${answer.own ?? "failed"}`; // how tests know
}

/** The pad's picture, told before this widget was there. @returns {string} */
const told = () => /** @type {any} */ (window).latentOwnDigit ?? "";

// ---- what is on the page ------------------------------------------------------------------

/** @param {Ui} ui */
function setUp(ui) {
  ui.panel = panelOf(ui.element);
  ui.life = result(`${ui.props.tab}-domains`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (answer) => {
      ui.measured = answer;
      ui.digit = told();
      drawMeasured(ui);
      return restore(ui);
    },
  });
  ui.ask = asker(ui.server, 60000);
  ui.look = { ...FIRST };
  ui.turn = 0;
  ui.digit = "";
  ui.charts = [];
  ui.way = select(id(ui, "way"), [], (way) => choose(ui, { way }));
  const colours = [
    ["domain", "domain"],
    ["class", "class"],
  ];
  ui.colour = select(id(ui, "colour"), colours, (colour) => choose(ui, { colour }));
  ui.strips = el("table", { class: "domains-strips" });
  ui.numbers = el("table", { class: "lp-figures domains-table" });
  for (const name of /** @type {const} */ (["stripsNote", "mapsNote"]))
    ui[name] = el("p", { class: "lp-remark", role: "status" });
  ui.verdict = el("ul", { class: "domains-verdict" });
  ui.maps = el("div", { class: "domains-maps" });
  ui.twins = { strips: tableTwin("Classes as a table"), maps: tableTwin("The maps as a table") };
}

/** @param {Ui} ui */
function layOut(ui) {
  const region = { tabindex: "0", role: "region" };
  ui.life.body.append(
    el(
      "header",
      { class: "lp-head" },
      el("h3", { text: "Across domains, without pairs" }),
      el("p", {
        text: "Two heaps of digits, none of which stands in both: nobody says what a digit of one looks like in the other. CycleGAN learns to translate, held by the way back alone. DANN learns classes in one heap and is right in the other, as its features hide which heap a digit is from.",
      }),
    ),
    el(
      "section",
      { class: "lp-section domains-part" },
      el("h4", { text: "There and back" }),
      el("div", { class: "lp-bar" }, labelled("Direction", ui.way)),
      el("div", { class: "lp-sideways", ...region, "aria-label": "Translations" }, ui.strips),
      ui.stripsNote,
      ui.twins.strips.details,
      el("div", { class: "lp-sideways", ...region, "aria-label": "Classes kept" }, ui.numbers),
    ),
    el(
      "section",
      { class: "lp-section domains-part" },
      el("h4", { text: "Features that hide the domain" }),
      el("div", { class: "lp-bar" }, labelled("Colours show the", ui.colour)),
      ui.maps,
      ui.mapsNote,
      ui.twins.maps.details,
    ),
    ui.verdict,
  );
  ui.life.tools.prepend(
    button("save", "CSV", () => download("domains.csv", "text/csv", csv(ui.twins.maps.sheet())), {
      id: id(ui, "csv"),
    }),
  );
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp(ui);
  layOut(ui);
  ui.watch("value", () => ui.measured && ui.props.value !== state(ui) && restore(ui));
  hear("latent-own-digit", (digit) => {
    if (!ui.element.isConnected || digit === ui.digit) return;
    ui.digit = digit ?? "";
    keep(ui);
    if (ui.measured) ask(ui);
  });
  new MutationObserver(() => keep(ui)).observe(ui.panel, { attributeFilter: ["data-mode"] });
  whenSeen(ui.element, () => ui.life.view.run?.({}), Boolean(ui.props.value));
}
