// A classifier's verdict over the plane or along a unit: regions by class, their strength by its
// confidence, lines where the verdict changes.

import { el, svg } from "../../page/dom.js";
import { fixed } from "../../page/numbers.js";
import { COLOURS } from "../../page/palette.js";
import { pen as penOf } from "../../page/pictures.js";
import { badge, mark, UNREADABLE } from "../../page/verdict.js";
import { drawGlobe } from "./globe.js";
import { fail, isGlobe, isUnit } from "./latent_pad.js";

/**
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("../../page/verdict.js").Verdict} Verdict
 * @typedef {import("./types.js").Verdicts} Verdicts
 */

const STRONGEST = { image: 0.6, text: 0.35 }; // opacity where the classifier has no doubt
const NAMED = 0.01; // share of the square from which a class is named on it

/** Whether the layer is asked for and can be had. @param {Ui} ui */
export const judged = (ui) => ui.layer === "verdict" && ui.scene.unjudged === "";

/** The layer as it is wanted now; what it needs is asked for once. @param {Ui} ui */
export async function drawVerdicts(ui) {
  const mine = ui.scene;
  const on = judged(ui);
  const unit = isUnit(ui) ? ui.at[0] : 0;
  ui.element.dataset.layer = on ? "verdict" : ui.layer === "posterior" ? ui.layer : "decoded";
  ui.verdicts.hidden = ui.layer !== "verdict";
  if (ui.layer === "verdict" && !on) ui.verdicts.replaceChildren(note(mine.unjudged));
  if (!on || mine.left.has("verdicts")) return;
  let { verdicts } = mine;
  if (verdicts?.unit !== unit) {
    const { view, anchors } = mine;
    const asked = { checkpoint: view.checkpoint, mode: view.mode, anchors, unit };
    const answer = await ui.ask("verdicts", asked);
    if (ui.scene !== mine || !judged(ui) || (isUnit(ui) && unit !== ui.at[0])) return;
    if (answer.cancelled) mine.left.add("verdicts");
    if (answer.error) return fail(ui, answer.error);
    verdicts = mine.verdicts = /** @type {Verdicts & {unit: number}} */ ({ ...answer, unit });
  }
  if (isUnit(ui)) markStrip(ui);
  else drawRegions(ui, verdicts);
  drawShares(ui, verdicts);
  ui.element.dataset.judged = String(unit); // how tests know
}

/** @param {string} text */
const note = (text) => el("p", { class: "pad-note", text });

/** @param {Ui} ui @param {Verdicts} verdicts */
function drawRegions(ui, { n, classes, found }) {
  if (isGlobe(ui)) return drawGlobe(ui);
  ui.regions.width = ui.regions.height = n; // also wipes it
  const pen = penOf(ui.regions);
  const strongest = STRONGEST[ui.scene.modality];
  let path = "";
  found.forEach(([label, sure], i) => {
    const [x, y] = [i % n, Math.floor(i / n)];
    const chance = 1 / classes.length;
    pen.globalAlpha = label < 0 ? 0 : (strongest * (sure - chance)) / (1 - chance);
    pen.fillStyle = COLOURS[Math.max(0, label) % COLOURS.length];
    pen.fillRect(x, y, 1, 1);
    if (x && found[i - 1][0] !== label) path += `M${x / n} ${y / n}v${1 / n}`;
    if (y && found[i - n][0] !== label) path += `M${x / n} ${y / n}h${1 / n}`;
  });
  ui.lines.querySelector(".pad-frontiers")?.remove();
  ui.lines.append(svg("path", { class: "pad-frontiers", d: path }));
  ui.names.replaceChildren(...classes.flatMap((name, label) => nameOf(label, name, n, found)));
}

/**
 * A class's name at its cell nearest to the middle of all that are its.
 * @param {number} label
 * @param {string} name
 * @param {number} n
 * @param {Verdict[]} found
 */
function nameOf(label, name, n, found) {
  const cells = found.flatMap((verdict, i) =>
    verdict[0] === label ? [[i % n, Math.floor(i / n)]] : [],
  );
  if (cells.length < NAMED * found.length) return [];
  const middle = [0, 1].map((k) => cells.reduce((sum, cell) => sum + cell[k], 0) / cells.length);
  const away = (/** @type {number[]} */ cell) =>
    Math.hypot(cell[0] - middle[0], cell[1] - middle[1]);
  const [x, y] = cells.reduce((a, b) => (away(b) < away(a) ? b : a));
  const node = el("span", { class: "pad-class", text: name });
  Object.assign(node.style, {
    left: `${(100 * (x + 0.5)) / n}%`,
    top: `${(100 * (y + 0.5)) / n}%`,
  });
  return [node];
}

/** The verdict beneath each value of a unit. @param {Ui} ui */
export function markStrip(ui) {
  const { verdicts } = ui.scene;
  for (const old of ui.strip.querySelectorAll(".lp-verdict")) old.remove();
  if (!judged(ui) || verdicts?.unit !== ui.at[0]) return;
  [...ui.strip.children].forEach((cell, i) =>
    cell.append(badge(verdicts.classes, verdicts.found[i])),
  );
}

/** How much of what is shown each class has. @param {Ui} ui @param {Verdicts} verdicts */
function drawShares(ui, { judge, classes, found }) {
  const rows = [
    ...classes.map((name, label) => ({ name, label })),
    { name: UNREADABLE, label: -1 },
  ]
    .map(({ name, label }) => {
      const sure = found.filter((verdict) => verdict[0] === label).map((verdict) => verdict[1]);
      const mean = sure.reduce((sum, x) => sum + x, 0) / Math.max(1, sure.length);
      return { name, label, share: sure.length / found.length, mean };
    })
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
  const head = ["Verdict", "share of the view", "mean confidence"];
  ui.verdicts.replaceChildren(
    note(`Colours say what “${judge}” takes each place for, their strength how sure it is.`),
    el(
      "table",
      { class: "pad-shares" },
      el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { text, scope: "col" })))),
      el(
        "tbody",
        {},
        ...rows.map(({ name, label, share, mean }) =>
          el(
            "tr",
            {},
            el("td", {}, mark(label), ` ${name}`),
            el("td", { text: `${fixed(100 * share, 1)}%` }),
            el("td", { text: label < 0 ? "–" : `${fixed(100 * mean, 1)}%` }),
          ),
        ),
      ),
    ),
  );
}
