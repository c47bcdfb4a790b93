// Samples as a list of sentences or a grid of pictures, drawn chunk by chunk; emits "ready".

import { setView } from "../../page/address.js";
import { checkpoints } from "../../page/checkpoints.js";
import { button, el } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { count } from "../../page/numbers.js";
import { bytes, picture, sheet } from "../../page/pictures.js";
import { result } from "../../page/result.js";
import { tray } from "../../page/tray.js";

/**
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Item} Item
 * @typedef {import("./types.js").Piece} Piece
 * @typedef {import("./types.js").Request} Request
 * @typedef {import("./types.js").Ui} Ui
 */

const MANY = 500; // samples that a link may ask for by itself

/** @param {Request} request */
const told = (request) => checkpoints[request.checkpoint]?.classes > 0;
/**
 * What goes into a link: a class only where the model is told one, and of what limits the words
 * only what does.
 * @param {Request} request
 */
function linked({ label, top_k, top_p, ...request }) {
  return {
    ...request,
    ...(told(request) && label !== "drawn" ? { label } : {}),
    ...(top_k > 0 ? { top_k } : {}),
    ...(top_p < 1 ? { top_p } : {}),
  };
}

/** @param {Ui} ui */
function cancel(ui) {
  if (!ui.job) return;
  ui.view.cancel();
  ui.server.stop({ job: ui.job });
  finish(ui, `Cancelled after ${count(ui.shown.length)}.`);
}

/**
 * A link that asks for very many says so, and a person decides.
 * @param {Ui} ui
 * @param {Request} request
 */
function hold(ui, request) {
  cancel(ui);
  setView("sample", linked(request));
  ui.element.classList.remove("lp-fresh");
  ui.status.textContent = `This link asks for ${count(request.n)} samples. Press Sample to draw them.`;
}

/** @param {Ui} ui @param {string} text */
function finish(ui, text) {
  ui.job = null;
  ui.bar.hidden = ui.stop.disabled = true;
  ui.status.textContent = text;
  ui.element.removeAttribute("aria-busy");
}

/** @param {Ui} ui @param {Piece} data @param {Request} request @param {() => boolean} alive */
async function draw(ui, data, request, alive) {
  if (ui.job) ui.server.stop({ job: ui.job }); // of an earlier run that this one replaces
  ui.job = data.job;
  ui.shown = [];
  ui.items.replaceChildren();
  ui.items.dataset.modality = data.modality;
  ui.items.dataset.words = request.token_temperature > 0 ? "drawn" : "likeliest";
  ui.warning.textContent = data.warning;
  ui.warning.hidden = !data.warning;
  const noun = data.modality === "text" ? "sentence" : "picture";
  const all = `${count(data.total)} ${noun}${data.total === 1 ? "" : "s"}, seed ${request.seed}`;
  ui.note.hidden = !told(request);
  let piece = data;
  while (piece.items?.length) {
    add(ui, piece.items, request, data);
    if (!ui.job) break;
    ui.bar.hidden = ui.stop.disabled = false;
    ui.bar.value = ui.shown.length / data.total;
    ui.status.textContent = `${count(ui.shown.length)} of ${all}`;
    await new Promise(requestAnimationFrame); // the page stays alive between two chunks
    piece = await ui.server.more({ job: ui.job });
    if (!alive()) return;
    if (!piece || piece.error) return finish(ui, piece?.error ?? "The server does not answer.");
  }
  finish(ui, all);
}

/** @param {Ui} ui @param {any} packed @param {Request} request @param {Piece} piece */
function add(ui, packed, request, { modality, bytes_each }) {
  const chunk = el("div", { class: "lp-chunk", role: "presentation" });
  const fresh = modality === "text" ? packed : pictures(bytes(packed), bytes_each);
  for (const item of fresh) chunk.append(row(item, ui.shown.push(item) - 1, request));
  ui.items.append(chunk);
}

/** @param {Uint8Array} data @param {number} size */
function pictures(data, size) {
  return Array.from({ length: data.length / size }, (_, i) =>
    data.subarray(i * size, (i + 1) * size),
  );
}

/** @param {Item} item @param {number} index @param {Request} request */
function row(item, index, request) {
  const label =
    typeof item === "string"
      ? el("span", { class: "lp-sentence", text: item })
      : picture(item, `picture ${index + 1}`);
  const number = el("span", { class: "lp-index", text: index + 1, "aria-hidden": "true" });
  return el(
    "li",
    { class: "lp-item", "data-index": index },
    number,
    label,
    tray.star("sample", linked(request), index, item),
  );
}

/** @param {Ui} ui */
function save(ui) {
  if (ui.items.dataset.modality === "text")
    download(
      "samples.csv",
      "text/csv",
      csv([["index", "sentence"], ...ui.shown.map((text, i) => [i, text])]),
    );
  else sheet(/** @type {Uint8Array[]} */ (ui.shown), "samples.png");
}

/** @param {Ui} ui */
function setUp(ui) {
  ui.status = el("span", { class: "lp-status", role: "status" });
  ui.bar = el("progress", {
    class: "lp-progress",
    max: 1,
    value: 0,
    "aria-label": "Progress",
    hidden: true,
  });
  ui.stop = button("close", "Cancel", () => cancel(ui), {
    "data-key": "escape",
    id: "sample-cancel",
    disabled: true,
  });
  ui.warning = el("p", { class: "lp-warning", hidden: true });
  ui.items = el("ol", { class: "lp-items", tabindex: "0", "aria-label": "Samples" });
  ui.job = null;
  ui.shown = []; // what is on the page, for the export
  const { body, tools, view } = result("sample", {
    element: ui.element,
    ready: () => ui.trigger("ready"),
    server: ui.server,
    draw: (data, request, alive) => draw(ui, data, request, alive),
    linked,
  });
  Object.assign(ui, { body, tools, view });
  const run = view.run;
  view.run = async (request, byLink = false) =>
    byLink && request.n > MANY ? hold(ui, request) : run(request);
  ui.note = el("p", {
    class: "lp-sample-note",
    hidden: true,
    text: "This model is told the class of each picture. Explore and Interpolate decode without one, so a code gives another picture there.",
  });
  ui.body.append(ui.warning, ui.note, ui.items);
  ui.element.prepend(el("div", { class: "lp-status-line" }, ui.status, ui.bar, ui.stop));
  ui.tools.append(button("save", "Save", () => save(ui), { id: "sample-save" }));
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp(ui);
}
