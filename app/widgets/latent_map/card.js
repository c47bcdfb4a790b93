// The card beside the map: what is selected, and its numbers.

import { button, changed, el } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { count, fixed, TYPICALITY } from "../../page/numbers.js";
import { bytes, picture } from "../../page/pictures.js";
import { tray } from "../../page/tray.js";
import { setLit } from "./controls.js";
import { isText, modeName, noun, view } from "./latent_map.js";
import { hueOf } from "./paint.js";
import { placeSentence, selectPlace, selectPoint } from "./selection.js";

/**
 * @typedef {import("./types.js").Near} Near
 * @typedef {import("./types.js").PathSelection} PathSelection
 * @typedef {import("./types.js").PlaceSelection} PlaceSelection
 * @typedef {import("./types.js").PointSelection} PointSelection
 * @typedef {import("./types.js").Selection} Selection
 * @typedef {import("./types.js").SentenceSelection} SentenceSelection
 * @typedef {import("./types.js").Ui} Ui
 */

/** @param {Ui} ui @param {number} row */
export const nameOf = (ui, row) => (isText(ui) ? (ui.words?.[row] ?? "…") : `picture ${row + 1}`);
/** @param {Ui} ui @param {string} item @param {string} label */
const itemNode = (ui, item, label) =>
  isText(ui) ? el("span", { text: item || "(nothing)" }) : picture(bytes(item), label);

// ---- drawing it ---------------------------------------------------------------------------

/** @param {Ui} ui */
export function drawCard(ui) {
  if (!ui.selection) return;
  ui.card.dataset.kind = ui.selection.kind;
  const parts = partsOf(ui, ui.selection);
  ui.card.replaceChildren(...parts.filter((part) => part !== null));
}

/** @param {Ui} ui @param {Selection} selection */
function partsOf(ui, selection) {
  if (selection.kind === "point") return pointParts(ui, selection);
  if (selection.kind === "place") return placeParts(ui, selection);
  return selection.kind === "path" ? pathParts(ui, selection) : sentenceParts(ui, selection);
}

/** @param {string} text @param {...(HTMLElement | null)} beside */
const heading = (text, ...beside) =>
  el("header", { class: "map-head" }, el("h3", { text }), ...beside);
/** @param {string} text @param {string} title */
const badge = (text, title, caution = false) =>
  el("span", { class: caution ? "map-badge lp-caution" : "map-badge", text, title });
/** What no plane gives exactly. */
const approximate = () =>
  badge("approximate", "The map is curved: the codes of the nearest points are blended.", true);
/** @param {string} text @param {string} [title] */
const note = (text, title) => el("p", { class: "map-note", title, text });
/** @param {string} label @param {HTMLElement} node */
const line = (label, node) => el("div", { class: "map-line" }, el("h4", { text: label }), node);

/** @param {Ui} ui @param {string | null | undefined} item */
function star(ui, item) {
  if (item == null) return null;
  return tray.star(ui.TAB, { ...ui.full, map: ui.written }, 0, isText(ui) ? item : bytes(item));
}

/**
 * What a code decodes to: the turn itself, or, where it tells its neighbours, those.
 * @param {string} item
 * @param {string | null | undefined} before
 */
function decoded(item, before) {
  const said = (/** @type {string} */ label, /** @type {string} */ text) =>
    line(label, el("p", { text: text || "(nothing)" }));
  if (before == null) return [said("Reconstruction", item)];
  return [said("Its code says: before it", before), said("Its code says: after it", item)];
}

/** @param {Ui} ui @param {PointSelection} selection */
function pointParts(ui, { row, original: own, item, before, shares, near, kept, of, on }) {
  const text = isText(ui);
  const top = text ? nameOf(ui, row) : (own ?? item);
  const labels = ui.scene.tags.map(({ name, categories, ids }) =>
    badge(categories[ids[row]], name),
  );
  const again = ui.original && item != null ? shownItem(ui, item, "reconstruction", true) : null;
  return [
    heading(
      `Held-out ${text ? "sentence" : "picture"} ${count(row + 1)}`,
      star(ui, text ? ui.words?.[row] : top),
    ),
    shownItem(ui, top, "selected"),
    ui.words && !ui.original
      ? note(
          `The corpus is not on this machine: this is ${before == null ? "the model's reconstruction" : "what its code says comes next"}.`,
        )
      : null,
    el("div", { class: "map-badges" }, ...labels),
    ...(again && before != null ? decoded(item ?? "", before) : []),
    again && before == null ? line("Reconstruction", again) : null,
    on === ui.look.view
      ? note(
          `Neighbours kept on this view: ${kept} of ${of}`,
          `How far this view can be trusted here: of the ${of} points nearest in the latent space so many are among the ${of} nearest on the map.`,
        )
      : null,
    shareBars(ui, shares),
    nearList(ui, near),
  ];
}

/**
 * An item, once it has come.
 * @param {Ui} ui @param {string | null | undefined} item @param {string} label @param {boolean} [small]
 */
function shownItem(ui, item, label, small) {
  if (item == null) return el("p", { class: "map-item" });
  if (isText(ui)) return el("p", { class: small ? null : "map-item", text: item || "(nothing)" });
  return picture(bytes(item), label, { class: small ? "map-small" : "map-picture" });
}

/** @param {Ui} ui @param {PlaceSelection} selection */
function placeParts(ui, { item, exact, typicality, atypical, away, shares, near, base }) {
  const how = exact
    ? badge("exact", "This plane goes through the latent space, so the place is one code.")
    : approximate();
  return [
    heading("A place on the map", exact == null ? null : how, star(ui, item)),
    shownItem(ui, item, "decoded"),
    evidence(typicality, atypical, away),
    base == null || view(ui).variable == null
      ? null
      : note(`The other variables are those of ${noun(ui, 1).slice(2)} ${base + 1}.`),
    shareBars(ui, shares),
    nearList(ui, near),
  ];
}

/** Whether the code of a sentence is the mean of q(z|x) or a draw of it. @param {Ui} ui @param {string} text */
function drawing(ui, text) {
  const { draw } = ui.look;
  const take = (/** @type {number | null} */ seed) => {
    ui.look.draw = seed;
    placeSentence(ui, text);
  };
  return el(
    "div",
    { class: "map-badges" },
    el("span", {
      class: "map-note",
      text: draw == null ? "Code: the mean of q(z|x)" : `Code: a draw of q(z|x), seed ${draw}`,
    }),
    button("dice", draw == null ? "Draw one" : "Draw another", () => take((draw ?? -1) + 1)),
    draw == null ? null : button(null, "Mean", () => take(null)),
  );
}

/** @param {Ui} ui @param {SentenceSelection} selection */
function sentenceParts(ui, { text, item, before, unknown, typicality, atypical, shares, near }) {
  const foreign = `The model does not know: ${unknown.slice(0, 8).join(", ")}`;
  return [
    heading("Your sentence", star(ui, item)),
    el("p", { class: "map-item", text }),
    unknown.length ? el("p", { class: "map-note lp-caution", text: foreign }) : null,
    drawing(ui, text),
    ...decoded(item, before),
    evidence(typicality, atypical),
    shareBars(ui, shares),
    nearList(ui, near),
  ];
}

/** @param {Ui} ui @param {PathSelection} selection */
function pathParts(ui, selection) {
  const { path } = selection;
  const inexact = path.some(({ exact }) => exact === false);
  return [
    heading("A path", inexact ? approximate() : null),
    el("ol", { class: "map-steps" }, ...path.map((_, i) => stopNode(ui, selection, i))),
    button("save", "CSV of the path", () => savePath(ui, selection)),
  ];
}

/** @param {Ui} ui @param {PathSelection} selection @param {number} i */
function stopNode(ui, { path, base }, i) {
  const { at, item, parts, exact } = path[i];
  const title = exact === false ? "approximate: decode this place" : "Decode this place";
  const click = () => selectPlace(ui, at, { base });
  const wait = el("span", { class: "map-wait" });
  const shown = item == null ? wait : itemNode(ui, item, `place ${i + 1}`);
  const node = parts ? changed(parts) : shown;
  return el("li", {}, el("button", { type: "button", title, on: { click } }, node));
}

/** @param {Ui} ui @param {PathSelection} selection */
function savePath(ui, { path }) {
  const heads = ["step", "x", "y", "decoded", "distance to the nearest code"];
  const rows = path.map(({ at, item, away }, i) => [i + 1, ...at, isText(ui) ? item : "", away]);
  download("path.csv", "text/csv", csv([heads, ...rows]));
}

/** @param {number | null} [typicality] per cent @param {boolean} [atypical] @param {number} [away] */
function evidence(typicality, atypical, away) {
  if (typicality === undefined) return el("p", { class: "map-note map-away" });
  const near = away == null ? "" : ` ${fixed(away)} from the nearest code.`;
  const share =
    typicality == null ? "no density" : `${fixed(typicality, typicality < 10 ? 1 : 0)}%`;
  return el(
    "p",
    { class: "map-note map-away", title: TYPICALITY },
    `Typicality: ${share}.${near} `,
    atypical ? el("span", { class: "map-badge lp-caution", text: "atypical" }) : null,
  );
}

/**
 * Responsibilities: a row for each variable, a bar for each mode; a bar lights its mode up.
 * @param {Ui} ui @param {number[][]} [shares]
 */
function shareBars(ui, shares) {
  const box = el("div", { class: "map-shares", style: `--components: ${ui.scene.components}` });
  for (let j = 0; j < ui.scene.variables; j++) {
    const bars = Array.from({ length: ui.scene.components }, (_, k) =>
      shareBar(ui, j, k, shares?.[j][k]),
    );
    const name = el("b", { text: ui.scene.variables > 1 ? `c${j + 1}` : "mode" });
    box.append(el("div", { class: "map-share" }, name, ...bars));
  }
  return line("Responsibilities", box);
}

/** @param {Ui} ui @param {number} j variable @param {number} k mode @param {number} [share] */
function shareBar(ui, j, k, share) {
  const height = 100 * (share ?? 0);
  const said = `${Math.round(height)}%`;
  const fill = el("i", { "aria-hidden": "true" });
  fill.style.cssText = `height: ${height}%; background: ${hueOf(k)}`;
  return el(
    "button",
    {
      type: "button",
      title: `${modeName(ui, j, k)}: ${said}. Light up its points`,
      "aria-label": `${modeName(ui, j, k)} ${said}`,
      disabled: share === undefined,
      on: { click: () => setLit(ui, [j, k]) },
    },
    el("span", { class: "map-bar-box" }, fill),
    el("small", { text: `${k + 1}` }),
  );
}

const WAITING = 8; // places kept for the nearest while they are looked for

/** @param {Ui} ui @param {Near[]} [near] */
function nearList(ui, near) {
  const nodes = near?.map((each) => nearButton(ui, each));
  const waits = () => Array.from({ length: WAITING }, () => el("span", { class: "map-wait" }));
  return el(
    "div",
    { class: "map-near" },
    el("h4", { text: "Nearest in the latent space" }),
    el("ol", {}, ...(nodes ?? waits()).map((node) => el("li", {}, node))),
  );
}

/** @param {Ui} ui @param {Near} near */
function nearButton(ui, { row, item }) {
  const name = nameOf(ui, row);
  const click = (/** @type {Event} */ event) => selectPoint(ui, row, { time: event.timeStamp });
  const node = item ? picture(bytes(item), name) : name;
  return el("button", { type: "button", title: name, on: { click } }, node);
}
