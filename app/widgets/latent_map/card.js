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

export const nameOf = (ui, row) => (isText(ui) ? (ui.words?.[row] ?? "…") : `picture ${row + 1}`);
const itemNode = (ui, item, label) =>
  isText(ui) ? el("span", { text: item || "(nothing)" }) : picture(bytes(item), label);

// ---- drawing it ---------------------------------------------------------------------------

export function drawCard(ui) {
  const { kind } = ui.selection;
  const parts = {
    point: () => pointParts(ui),
    place: () => placeParts(ui),
    sentence: () => sentenceParts(ui),
    path: () => pathParts(ui),
  }[kind]();
  ui.card.dataset.kind = kind;
  ui.card.replaceChildren(...parts.filter(Boolean));
}

const heading = (text, ...beside) =>
  el("header", { class: "map-head" }, el("h3", { text }), ...beside.filter(Boolean));
const badge = (text, title, caution = false) =>
  el("span", { class: caution ? "map-badge lp-caution" : "map-badge", text, title });
const line = (label, node) => el("div", { class: "map-line" }, el("h4", { text: label }), node);

function star(ui, item) {
  if (item == null) return null;
  return tray.star(ui.TAB, { ...ui.full, map: ui.written }, 0, isText(ui) ? item : bytes(item));
}

function pointParts(ui) {
  const { row, original: own, item, shares, near, kept, of, on } = ui.selection;
  const top = isText(ui) ? nameOf(ui, row) : (own ?? item);
  const labels = ui.scene.tags.map(({ name, categories, ids }) =>
    badge(categories[ids[row]], name),
  );
  return [
    heading(
      `Held-out ${isText(ui) ? "sentence" : "picture"} ${count(row + 1)}`,
      star(ui, isText(ui) ? ui.words?.[row] : top),
    ),
    top == null
      ? el("p", { class: "map-item" })
      : isText(ui)
        ? el("p", { class: "map-item", text: top })
        : pictureNode(top, "selected"),
    ui.words &&
      !ui.original &&
      el("p", {
        class: "map-note",
        text: `The corpus is not on this machine: this is the model's reconstruction.`,
      }),
    el("div", { class: "map-badges" }, ...labels),
    ui.original &&
      item != null &&
      line(
        "Reconstruction",
        isText(ui)
          ? el("p", { text: item || "(nothing)" })
          : pictureNode(item, "reconstruction", "map-small"),
      ),
    on === ui.look.view &&
      el("p", {
        class: "map-note",
        title: `How far this view can be trusted here: of the ${of} points nearest in the latent space so many are among the ${of} nearest on the map.`,
        text: `Neighbours kept on this view: ${kept} of ${of}`,
      }),
    shareBars(ui, shares),
    nearList(ui, near),
  ];
}

function placeParts(ui) {
  const { item, exact, typicality, atypical, away, shares, near, base } = ui.selection;
  const how =
    exact == null
      ? null
      : exact
        ? badge("exact", "This plane goes through the latent space, so the place is one code.")
        : badge(
            "approximate",
            "The map is curved: the codes of the nearest points are blended.",
            true,
          );
  const note =
    base == null || view(ui).variable == null
      ? ""
      : `The other variables are those of ${noun(ui, 1).slice(2)} ${base + 1}.`;
  return [
    heading("A place on the map", how, star(ui, item)),
    item == null
      ? el("p", { class: "map-item" })
      : isText(ui)
        ? el("p", { class: "map-item", text: item || "(nothing)" })
        : pictureNode(item, "decoded"),
    evidence(typicality, atypical, away),
    note && el("p", { class: "map-note", text: note }),
    shareBars(ui, shares),
    nearList(ui, near),
  ];
}

/** Whether the code of a sentence is the mean of q(z|x) or a draw of it. */
function drawing(ui, text) {
  const { draw } = ui.look;
  const take = (seed) => {
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

function sentenceParts(ui) {
  const { text, item, unknown, typicality, atypical, shares, near } = ui.selection;
  return [
    heading("Your sentence", star(ui, item)),
    el("p", { class: "map-item", text }),
    unknown.length
      ? el("p", {
          class: "map-note lp-caution",
          text: `The model does not know: ${unknown.slice(0, 8).join(", ")}`,
        })
      : null,
    drawing(ui, text),
    line("Reconstruction", el("p", { text: item || "(nothing)" })),
    evidence(typicality, atypical),
    shareBars(ui, shares),
    nearList(ui, near),
  ];
}

function pathParts(ui) {
  const rows = ui.selection.path.map(({ at, item, parts, exact }, i) => {
    const node = parts
      ? changed(parts)
      : item == null
        ? el("span", { class: "map-wait" })
        : itemNode(ui, item, `place ${i + 1}`);
    const title = exact === false ? "approximate: decode this place" : "Decode this place";
    return el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          title,
          on: { click: () => selectPlace(ui, at, { base: ui.selection.base }) },
        },
        node,
      ),
    );
  });
  const inexact = ui.selection.path.some(({ exact }) => exact === false);
  return [
    heading(
      "A path",
      inexact
        ? badge(
            "approximate",
            "The map is curved: the codes of the nearest points are blended.",
            true,
          )
        : null,
    ),
    el("ol", { class: "map-steps" }, ...rows),
    button("save", "CSV of the path", () => {
      const list = ui.selection.path.map(({ at, item, away }, i) => [
        i + 1,
        ...at,
        isText(ui) ? item : "",
        away,
      ]);
      download(
        "path.csv",
        "text/csv",
        csv([["step", "x", "y", "decoded", "distance to the nearest code"], ...list]),
      );
    }),
  ];
}

function pictureNode(item, label, kind = "map-picture") {
  return picture(bytes(item), label, { class: kind });
}

function evidence(typicality, atypical, away) {
  if (typicality === undefined) return el("p", { class: "map-note map-away" });
  const near = away == null ? "" : ` ${fixed(away)} from the nearest code.`;
  const share =
    typicality == null ? "no density" : `${fixed(typicality, typicality < 10 ? 1 : 0)}%`;
  return el(
    "p",
    {
      class: "map-note map-away",
      title: TYPICALITY,
    },
    `Typicality: ${share}.${near} `,
    atypical ? el("span", { class: "map-badge lp-caution", text: "atypical" }) : null,
  );
}

/** Responsibilities: a row for each variable, a bar for each mode; a bar lights its mode up. */
function shareBars(ui, shares) {
  const box = el("div", { class: "map-shares", style: `--components: ${ui.scene.components}` });
  for (let j = 0; j < ui.scene.variables; j++) {
    const bars = Array.from({ length: ui.scene.components }, (_, k) => {
      const share = shares?.[j][k] ?? 0;
      const percent = `${Math.round(100 * share)}%`;
      const fill = el("i", { "aria-hidden": "true" });
      fill.style.cssText = `height: ${100 * share}%; background: ${hueOf(k)}`;
      const label = el("small", { text: `${k + 1}` });
      return el(
        "button",
        {
          type: "button",
          title: `${modeName(ui, j, k)}: ${percent}. Light up its points`,
          "aria-label": `${modeName(ui, j, k)} ${percent}`,
          disabled: !shares,
          on: { click: () => setLit(ui, [j, k]) },
        },
        el("span", { class: "map-bar-box" }, fill),
        label,
      );
    });
    box.append(
      el(
        "div",
        { class: "map-share" },
        el("b", { text: ui.scene.variables > 1 ? `c${j + 1}` : "mode" }),
        ...bars,
      ),
    );
  }
  return line("Responsibilities", box);
}

function nearList(ui, near) {
  const list = (near ?? Array.from({ length: 8 })).map((each) =>
    el(
      "li",
      {},
      each
        ? el(
            "button",
            {
              type: "button",
              title: nameOf(ui, each.row),
              on: { click: (event) => selectPoint(ui, each.row, { time: event.timeStamp }) },
            },
            each.item ? picture(bytes(each.item), nameOf(ui, each.row)) : nameOf(ui, each.row),
          )
        : el("span", { class: "map-wait" }),
    ),
  );
  return el(
    "div",
    { class: "map-near" },
    el("h4", { text: "Nearest in the latent space" }),
    el("ol", {}, ...list),
  );
}
