// What is at the place: the item, its numbers, its nearest item, the places before it, the legend.

import { el } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { fixed, TYPICALITY } from "../../page/numbers.js";
import { COLOURS, GLYPHS } from "../../page/palette.js";
import { bytes, paint } from "../../page/pictures.js";
import { told } from "../../page/verdict.js";
import { axes, FILM, go, isText, isUnit, placeText, pointAt } from "./latent_pad.js";
import { drawDots, showTerritory } from "./square.js";
import { unitName, unitValue } from "./units.js";
import { judged } from "./verdict.js";

/**
 * @typedef {import("./types.js").Told} Told
 * @typedef {import("./types.js").Ui} Ui
 */

/**
 * A sentence as text, a picture as a small canvas.
 * @param {Ui} ui
 * @param {string} item
 */
export function thing(ui, item) {
  if (isText(ui)) return el("span", { class: "pad-text", text: item });
  const canvas = el("canvas", { "aria-hidden": "true" });
  paint(canvas, bytes(item));
  return canvas;
}

/** @param {Ui} ui @param {string} item */
export function drawItem(ui, item) {
  if (!isText(ui)) return paint(ui.picture, bytes(item));
  ui.sentence.textContent = item;
  showTerritory(ui, item);
}

/** @param {Ui} ui @param {Told} told */
export function drawNumbers(
  ui,
  { z, log_p_z, log_p_x, round_trip, typicality, atypical, nearest, verdict },
) {
  const [first, second] = axes(ui);
  const filled = Math.round(5 * (round_trip ?? 0));
  const digits = typicality < 10 ? 1 : 0;
  const here = isUnit(ui) ? unitValue(ui, ui.at) : ui.at.map((x) => fixed(x)).join(", ");
  const said = [
    [
      isUnit(ui) ? unitName(ui, ui.at[0]) : `${first}, ${second}`,
      here,
      `The place on the pad. The whole code: ${z.map((x) => fixed(x)).join(", ")}`,
    ],
    [
      "log p(z)",
      log_p_z == null ? "no density" : `${fixed(log_p_z, 1)} nats`,
      "How likely this code is under the prior.",
    ],
    [
      "log p(x|z)",
      log_p_x == null ? "no density" : `${fixed(log_p_x, 1)} nats`,
      "How sure the decoder is of the item shown.",
    ],
    [
      "round trip",
      round_trip == null
        ? "no encoder"
        : `${"●".repeat(filled)}${"○".repeat(5 - filled)} ${fixed(100 * round_trip, 0)}%`,
      "The item is encoded and decoded again: the share that comes back.",
    ],
    ["typicality", typicality == null ? "–" : `${fixed(typicality, digits)}%`, TYPICALITY],
  ];
  if (verdict)
    said.push(["verdict", told(ui.scene.judged, verdict), "What the classifier takes it for."]);
  ui.facts.replaceChildren(
    ...said.flatMap(([name, value, why]) => [
      el("dt", { text: name, title: why }),
      el("dd", { text: value, title: why }),
    ]),
  );
  ui.mark.textContent = atypical ? "atypical" : "";
  ui.mark.title = atypical ? TYPICALITY : "";
  ui.nearestItem.replaceChildren(thing(ui, nearest.item));
  const label = nearest.label ? `, class ${nearest.label}` : "";
  ui.nearestTitle.textContent = nearest.held_out
    ? "Nearest held-out item"
    : "Nearest draw of the prior";
  ui.nearestNote.textContent = nearest.held_out
    ? `As the model reconstructs it${label}; ${fixed(nearest.away)} away in z`
    : `This model has no encoder, so no held-out item has a code; ${fixed(nearest.away)} away in z`;
}

/** @param {Ui} ui */
export function drawFilm(ui) {
  ui.film.replaceChildren(
    ...Array.from({ length: FILM }, (_, i) => {
      const place = ui.places[i];
      if (!place) return el("span", { class: "pad-slot" });
      const name = isText(ui)
        ? `${placeText(ui, place.at)}: ${place.item}`
        : placeText(ui, place.at);
      return el(
        "button",
        {
          type: "button",
          class: "pad-slot",
          title: name,
          "aria-label": `Go back to ${name}`,
          on: {
            click: (/** @type {any} */ event) =>
              go(ui, place.at, { time: event.timeStamp, glide: true }),
          },
        },
        thing(ui, place.item),
      );
    }),
  );
}

/** @param {Ui} ui */
function columns(ui) {
  const [first, second] = axes(ui);
  return [
    first,
    second,
    "decoded",
    "log p(z), nats",
    "log p(x|z), nats",
    "round trip",
    "typicality",
    ...(judged(ui) ? ["verdict"] : []),
  ];
}

/** @param {Ui} ui @param {Told} told */
const verdictOf = (ui, { verdict }) =>
  judged(ui) ? [verdict ? told(ui.scene.judged, verdict) : "–"] : [];

/** @param {Ui} ui */
export function drawTable(ui) {
  ui.head.replaceChildren(...columns(ui).map((text) => el("th", { text, scope: "col" })));
  ui.rows.replaceChildren(
    ...ui.places.map((place) =>
      el(
        "tr",
        {},
        ...place.at.map((x) => el("td", { text: fixed(x, 4) })),
        el("td", {}, thing(ui, place.item)),
        ...[place.log_p_z, place.log_p_x, place.round_trip, place.typicality].map((x) =>
          el("td", { text: fixed(x) }),
        ),
        ...verdictOf(ui, place).map((text) => el("td", { text })),
      ),
    ),
  );
}

/** @param {Ui} ui */
export function exportCsv(ui) {
  const size = ui.places[0]?.z.length ?? 0;
  const z = Array.from({ length: size }, (_, i) => `z${i}`);
  const lines = ui.places.map((p) => [
    ...p.at,
    isText(ui) ? p.item : "",
    p.log_p_z,
    p.log_p_x,
    p.round_trip,
    p.typicality,
    ...verdictOf(ui, p),
    ...p.z,
  ]);
  const text = csv([[...columns(ui), ...z], ...lines]);
  download("places.csv", "text/csv", text);
}

/** @param {Ui} ui */
export function drawLegend(ui) {
  if (ui.scene.dots) {
    const toggle = (/** @type {number} */ label) => {
      if (ui.hidden.has(label)) ui.hidden.delete(label);
      else ui.hidden.add(label);
      drawDots(ui);
      drawLegend(ui);
    };
    const all = ui.scene.classes.map((_, label) => label);
    const chips = all.map((label) => {
      const glyph = el("i", { text: GLYPHS[label % GLYPHS.length], "aria-hidden": "true" });
      glyph.style.color = COLOURS[label % COLOURS.length];
      return el(
        "button",
        {
          type: "button",
          "aria-pressed": String(!ui.hidden.has(label)),
          on: { click: () => toggle(label) },
        },
        glyph,
        el("span", { text: ui.scene.classes[label] }),
      );
    });
    const everything = el(
      "button",
      {
        type: "button",
        "aria-pressed": String(ui.hidden.size === 0),
        "aria-label": "All held-out codes",
        on: {
          click: () => {
            ui.hidden = ui.hidden.size ? new Set() : new Set(all);
            drawDots(ui);
            drawLegend(ui);
          },
        },
      },
      el("span", { text: "All" }),
    );
    ui.legend.replaceChildren(everything, ...chips, ...pointChips(ui));
    return;
  }
  ui.legend.replaceChildren(...pointChips(ui));
}

/** The points of the view, to go to. @param {Ui} ui */
function pointChips(ui) {
  return ui.scene.points.map(({ name, label, item, unknown }, i) =>
    el(
      "button",
      {
        type: "button",
        class: "pad-point",
        title: `Go to ${name}`,
        on: { click: () => go(ui, pointAt(ui, i), { glide: true }) },
      },
      el("b", { text: name }),
      isText(ui)
        ? el("span", {
            class: "pad-text",
            text: label === item ? label : `${label}  →  ${item}`,
          })
        : thing(ui, item),
      isText(ui) ? null : el("span", { class: "pad-note", text: label }),
      unknown.length
        ? el("span", { class: "lp-caution", text: `unknown: ${unknown.join(", ")}` })
        : null,
    ),
  );
}
