// A walk through the latent space: a table of sentences, a strip or grid of pictures; emits "ready".

import { checkpoints } from "../../page/checkpoints.js";
import { button, el } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { fixed, percent, TYPICALITY } from "../../page/numbers.js";
import { bytes, picture, sheet } from "../../page/pictures.js";
import { result } from "../../page/result.js";
import { tray } from "../../page/tray.js";
import { badge, told } from "../../page/verdict.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Part} Part
 * @typedef {import("./types.js").Request} Request
 * @typedef {import("./types.js").Row} Row
 * @typedef {import("./types.js").Ui} Ui
 */

/** @type {Record<string, string>} inputs by mode */
const NEEDED = { path: "ab", corners: "abcd", arithmetic: "abc" };
/** @type {Record<string, string>} by kind of path */
const PATHS = {
  slerp:
    "slerp follows the arc between the two codes, so each step is as far from the origin as codes are; lerp would cut through the middle, where few codes lie.",
  lerp: "lerp follows the straight line between the two codes, which passes nearer the origin than codes do; slerp would follow the arc.",
};
const WHY = {
  corners:
    "Each place is a blend of the four corners: A top left, B top right, C bottom left, D bottom right.",
  arithmetic: "The code of A, minus the code of B, plus the code of C, decoded.",
};
const REFINED =
  " A sentence that its code would not give back has the code refined by a few gradient steps.";
/** @type {Record<string, "ins" | "del" | "mark">} by what changed */
const TAGS = { insert: "ins", delete: "del", replace: "mark" };

/**
 * Only what this walk depends on goes into its link.
 * @param {Request} request
 */
function linked({ a, b, c, d, picture_a, picture_b, picture_c, picture_d, ...rest }) {
  const text = checkpoints[rest.checkpoint]?.modality === "text";
  /** @type {Record<string, any>} */
  const inputs = text
    ? { a, b, c, d }
    : { a: picture_a, b: picture_b, c: picture_c, d: picture_d };
  for (const key of NEEDED[rest.mode]) rest[text ? key : `picture_${key}`] = inputs[key];
  if (rest.code !== "draw") {
    delete rest.code;
    delete rest.seed;
  }
  if (rest.layer !== "verdict") delete rest.layer;
  if (rest.mode !== "path") {
    delete rest.steps;
    delete rest.path;
  }
  return rest;
}

/** @param {Ui} ui @param {Answer} data @param {Request} request */
function draw(ui, data, request) {
  ui.last = { data, request: linked(request) };
  const panel = /** @type {HTMLElement | null} */ (ui.element.closest('[role="tabpanel"]'));
  if (panel) panel.dataset.code = request.code;
  ui.note.textContent = data.mode === "path" ? PATHS[request.path] : WHY[data.mode];
  const refined =
    data.modality === "text" &&
    data.mode !== "arithmetic" &&
    !checkpoints[request.checkpoint]?.own;
  if (refined && request.code !== "draw") ui.note.textContent += REFINED;
  if (data.unjudged) ui.note.textContent += ` ${data.unjudged}`;
  const kind =
    data.mode === "path" && data.modality === "text"
      ? (/** @type {Row[]} */ rows) => table(ui, rows)
      : data.mode === "arithmetic"
        ? (/** @type {Row[]} */ rows) => single(ui, rows)
        : data.mode === "corners"
          ? (/** @type {Row[]} */ rows) => grid(ui, rows)
          : (/** @type {Row[]} */ rows) => strip(ui, rows);
  ui.stage.replaceChildren(kind(data.rows));
  for (const key of "abcd") unknownWords(key, data.unknown[key] ?? []);
}

/** @param {string} key @param {string[]} words */
function unknownWords(key, words) {
  const box = document.getElementById(`interpolate-${key}`);
  if (!box) return;
  let line = box.querySelector(".lp-unknown");
  if (!line) box.append((line = el("p", { class: "lp-unknown", role: "status" })));
  line.textContent = words.length
    ? `The model does not know: ${words.slice(0, 8).join(", ")}${words.length > 8 ? " and more" : ""}`
    : "";
}

/** @param {number} i @param {number} n */
const t = (i, n) => (n > 1 ? fixed(i / (n - 1)) : "");

/** @param {number | null} value */
const nats = (value) => (value === null ? "none" : fixed(value, 1));

/** @param {Part[]} parts */
function words(parts) {
  const sentence = el("span", { class: "lp-sentence" });
  if (!parts.length) sentence.append(el("em", { text: "(nothing)" }));
  parts.forEach(({ text, space, mark, old }, i) => {
    if (i && space) sentence.append(" ");
    const tag = TAGS[mark] ?? "span";
    const title =
      mark === "replace"
        ? `was: ${old}`
        : mark === "insert"
          ? "new here"
          : mark === "delete"
            ? "gone here"
            : null;
    sentence.append(el(tag, { text, title }));
  });
  return sentence;
}

/** @param {number} agreement */
function dots(agreement) {
  const full = Math.round(agreement * 5);
  const text = `${Math.round(agreement * 100)}%`;
  return el(
    "span",
    {
      class: "lp-dots",
      role: "img",
      "aria-label": `round trip ${text}`,
      title: `Decoded, then encoded and decoded again: ${text} agrees.`,
    },
    el("b", { text: "●".repeat(full) }),
    "●".repeat(5 - full),
  );
}

/** @param {Row} row */
function typical({ typicality, atypical }) {
  const title = `Its code is denser than ${percent(typicality / 100, 0)} of codes of data.`;
  const bar = el(
    "span",
    { class: "lp-ribbon", title },
    el("i", { style: `width:${Math.max(2, typicality)}%` }),
  );
  return el(
    "span",
    { class: atypical ? "lp-typical lp-off" : "lp-typical" },
    bar,
    el("span", { text: atypical ? "atypical" : percent(typicality / 100, 0) }),
  );
}

/** @param {Ui} ui @param {Row} row @param {number} i */
const star = (ui, row, i) =>
  tray.star(
    "interpolate",
    ui.last?.request ?? {},
    i,
    typeof row.item === "string" && row.parts ? row.item : bytes(row.item),
  );

/** Its verdict where there is one. @param {Ui} ui @param {Row} row */
const verdict = (ui, row) => (row.verdict ? [badge(ui.last?.data.judged ?? [], row.verdict)] : []);

/** @param {Ui} ui @param {Row[]} rows */
function table(ui, rows) {
  const heads = [
    ["t", "where on the path: 0 is A, 1 is B"],
    ["Sentence", "decoded; marked where it differs from the row above"],
    ["log p(z)", "log-density of the code under the prior, nats"],
    ["log p(x|z)", "log-probability of this sentence given the code, nats"],
    ["Round trip", "words that survive decode, encode, decode"],
    ["Typicality", TYPICALITY],
    ...(ui.last?.data.judged?.length ? [["Verdict", "what a classifier takes it for"]] : []),
    ["", ""],
  ];
  const head = el(
    "tr",
    {},
    ...heads.map(([text, title]) => el("th", { text, title: title || null, scope: "col" })),
  );
  const lines = rows.map((row, i) =>
    el(
      "tr",
      { "data-index": i },
      el("td", { class: "lp-number", text: t(i, rows.length) }),
      el("td", {}, words(row.parts ?? [])),
      el("td", { class: "lp-number", "data-of": "log p(z)", text: nats(row.log_p_z) }),
      el("td", { class: "lp-number", "data-of": "log p(x|z)", text: nats(row.log_p_x) }),
      el("td", {}, dots(row.round_trip)),
      el("td", {}, typical(row)),
      ...verdict(ui, row).map((sign) => el("td", {}, sign)),
      el("td", { class: "lp-item" }, star(ui, row, i)),
    ),
  );
  const made = el(
    "table",
    { class: "lp-table" },
    el("caption", { class: "lp-offscreen", text: "Sentences along the path" }),
    el("thead", {}, head),
    el("tbody", {}, ...lines),
  );
  return el(
    "div",
    { class: "lp-scroll", role: "region", tabindex: "0", "aria-label": "Path" },
    made,
  );
}

/** @param {Ui} ui @param {Row} row @param {number} i @param {string} label */
function tile(ui, row, i, label) {
  const shown = row.parts
    ? el("span", { class: "lp-sentence", text: row.item || "(nothing)" })
    : picture(bytes(row.item), label);
  const facts = `log p(z) ${nats(row.log_p_z)}, log p(x|z) ${nats(row.log_p_x)} nats`;
  return el(
    "figure",
    {
      class: `lp-tile lp-item ${row.atypical ? "lp-off" : ""}`,
      "data-index": i,
      title: facts,
      tabindex: "0",
    },
    shown,
    el(
      "figcaption",
      {},
      el("span", { class: "lp-number", text: label }),
      dots(row.round_trip),
      typical(row),
      ...verdict(ui, row),
    ),
    star(ui, row, i),
  );
}

/** @param {Ui} ui @param {Row[]} rows */
const strip = (ui, rows) =>
  el("div", { class: "lp-strip" }, ...rows.map((row, i) => tile(ui, row, i, t(i, rows.length))));

/** @param {Ui} ui @param {Row[]} rows */
const single = (ui, rows) => el("div", { class: "lp-single" }, tile(ui, rows[0], 0, "A − B + C"));

/** @param {Ui} ui @param {Row[]} rows */
function grid(ui, rows) {
  const side = Math.round(Math.sqrt(rows.length));
  const corner = { 0: "A", [side - 1]: "B", [rows.length - side]: "C", [rows.length - 1]: "D" };
  const tiles = rows.map((row, i) => tile(ui, row, i, corner[i] ?? ""));
  return el(
    "div",
    { class: "lp-scroll" },
    el("div", { class: "lp-grid", style: `--side:${side}` }, ...tiles),
  );
}

/** @type {(keyof Row)[]} */
const FIELDS = ["log_p_z", "log_p_x", "round_trip", "typicality", "atypical"];

/** @param {Ui} ui */
function saveCsv(ui) {
  if (!ui.last) return;
  const { rows, modality, judged = [] } = ui.last.data;
  const item = modality === "text" ? ["sentence"] : [];
  download(
    "path.csv",
    "text/csv",
    csv([
      ["step", "t", ...item, ...FIELDS, ...(judged.length ? ["verdict"] : [])],
      ...rows.map((row, i) => [
        i,
        t(i, rows.length),
        ...(item.length ? [row.item] : []),
        ...FIELDS.map((f) => row[f]),
        ...(row.verdict ? [told(judged, row.verdict)] : []),
      ]),
    ]),
  );
}

/** @param {Ui} ui */
function savePng(ui) {
  if (ui.last)
    sheet(
      ui.last.data.rows.map((row) => bytes(row.item)),
      "path.png",
      ui.last.data.mode === "path" ? ui.last.data.rows.length : 0,
    );
}

/** @param {Ui} ui */
function setUp(ui) {
  ui.last = null;
  ui.note = el("p", { class: "lp-note" });
  ui.stage = el("div", { class: "lp-stage" });
  const { body, tools } = result("interpolate", {
    element: ui.element,
    ready: () => ui.trigger("ready"),
    server: ui.server,
    draw: (data, request) => draw(ui, data, request),
    linked,
  });
  Object.assign(ui, { body, tools });
  ui.body.append(ui.note, ui.stage);
  ui.tools.append(
    button("save", "CSV", () => saveCsv(ui), { id: "interpolate-csv" }),
    button("save", "PNG", () => savePng(ui), {
      id: "interpolate-png",
      class: "lp-button lp-only-image",
    }),
  );
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp(ui);
}
