// q(z|x) of what is shown: its ellipse on the plane, draws of it, and what they decode to.

import { el, svg } from "../../page/dom.js";
import { fixed } from "../../page/numbers.js";
import { axes, isGlobe, isText, isUnit, ownAt } from "./latent_pad.js";
import { thing } from "./readout.js";
import { toSquare, xy } from "./square.js";
import { unitName, unitValue } from "./units.js";

/**
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").Spread} Spread
 */

const SIGMAS = [1, 2];
const DOT = 0.005; // of the side of the square

/** @param {Ui} ui */
const wanted = (ui) => ui.layer === "posterior";

/** The layer as it is wanted now, of the place where the ring is. @param {Ui} ui */
export async function drawPosterior(ui) {
  const [mine, here] = [ui.scene, ui.at];
  ui.spread.hidden = !wanted(ui);
  ui.over.replaceChildren();
  delete ui.element.dataset.spread;
  if (!wanted(ui)) return;
  ui.spread.setAttribute("aria-busy", "true");
  const { view, anchors, script } = mine;
  const asked = { checkpoint: view.checkpoint, mode: view.mode, anchors, at: here, script };
  const own = ownAt(ui);
  const answer = await ui.ask("posterior", { ...asked, seed: view.seed, own: own?.value ?? "" });
  if (ui.scene !== mine || ui.at !== here || !wanted(ui)) return;
  ui.spread.removeAttribute("aria-busy");
  ui.element.dataset.spread = here.join(","); // how tests know
  if (answer.error) {
    ui.spread.replaceChildren(el("p", { class: "pad-note", text: answer.error }));
    return;
  }
  if (isGlobe(ui)) drawDots(ui, answer);
  else if (!isUnit(ui)) drawEllipse(ui, answer);
  drawDraws(ui, answer, own?.name);
  return answer.code;
}

/** @param {Ui} ui @param {Spread} spread */
function drawEllipse(ui, { centre, axes, draws }) {
  const at = (/** @type {number} */ turn, /** @type {number} */ sigma) => {
    const [a, b] = [sigma * Math.cos(turn), sigma * Math.sin(turn)];
    return xy(
      ui,
      centre[0] + a * axes[0][0] + b * axes[1][0],
      centre[1] + a * axes[0][1] + b * axes[1][1],
    );
  };
  const turns = Array.from({ length: 64 }, (_, i) => (i * Math.PI) / 32);
  ui.over.append(
    ...SIGMAS.map((sigma) =>
      svg("path", { d: `M${turns.map((turn) => at(turn, sigma)).join("L")}Z` }),
    ),
  );
  drawDots(ui, { draws });
}

/** The draws that are on this side. @param {Ui} ui @param {Pick<Spread, "draws">} spread */
function drawDots(ui, { draws }) {
  const spots = draws.map((place) => toSquare(ui, place));
  ui.over.append(
    ...spots
      .filter(([, , near]) => near === undefined || near > 0)
      .map(([x, y]) => svg("circle", { cx: x, cy: y, r: DOT })),
  );
}

/**
 * The draws as a table: where they fall, and what they decode to.
 * @param {Ui} ui
 * @param {Spread} spread
 * @param {string} [own] the name of the point whose own item is meant
 */
function drawDraws(ui, { draws, away, items, mean, std }, own) {
  const what = own ? `your own ${isText(ui) ? "sentence" : "picture"} ${own}` : "what is shown";
  const said = isUnit(ui)
    ? `q(z|x) of ${what}: ${unitName(ui, ui.at[0])} has mean ${unitValue(ui, [ui.at[0], mean])}, standard deviation ${unitValue(ui, [ui.at[0], std])}.`
    : isGlobe(ui)
      ? `q(z|x) of ${what}: the dots are draws around its direction.`
      : `q(z|x) of ${what}: the ellipses are one and two standard deviations, the dots draws.`;
  const off = away && !ui.scene.flat;
  const head = [
    ...(isUnit(ui) ? ["value"] : axes(ui)),
    ...(off ? ["off the plane"] : []),
    "decodes to",
  ];
  const row = (/** @type {number[]} */ place, /** @type {number} */ i) =>
    el(
      "tr",
      {},
      ...(isUnit(ui) ? place.slice(1) : place).map((x) => el("td", { text: fixed(x) })),
      off ? el("td", { text: fixed(away[i]) }) : null,
      el("td", {}, thing(ui, items[i])),
    );
  ui.spread.replaceChildren(
    el("h3", { text: "Draws of q(z|x)" }),
    el("p", { class: "pad-note", text: said }),
    el(
      "table",
      { class: "pad-shares pad-draws", "aria-label": "Draws of q(z|x)" },
      el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { text, scope: "col" })))),
      el("tbody", {}, ...draws.map(row)),
    ),
  );
}
