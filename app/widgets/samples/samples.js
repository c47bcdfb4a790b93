// Samples as a list of sentences or a grid of pictures, drawn chunk by chunk; emits "ready".
const { el, button, bytes, tray } = latent;

const status = el("span", { class: "lp-status", role: "status" });
const bar = el("progress", { class: "lp-progress", max: 1, value: 0, "aria-label": "Progress", hidden: true });
const stop = button("close", "Cancel", cancel, { "data-key": "escape", id: "sample-cancel", disabled: true });
const warning = el("p", { class: "lp-warning", hidden: true });
const items = el("ol", { class: "lp-items", tabindex: "0", "aria-label": "Samples" });
let job = null;
let shown = []; // what is on the page, for the export

const { body, tools, view } = latent.result("sample", { element, ready: () => trigger("ready"), server, draw, linked });
const note = el("p", { class: "lp-sample-note", hidden: true, text: "This model is told the class of each picture. Explore and Interpolate decode without one, so a code gives another picture there." });
body.append(warning, note, items);
element.prepend(el("div", { class: "lp-status-line" }, status, bar, stop));
tools.append(button("save", "Save", save, { id: "sample-save" }));

const told = ({ checkpoint }) => latent.checkpoints[checkpoint]?.classes > 0;
/** What goes into a link: a class only where the model is told one. */
function linked({ label, ...request }) {
  return told(request) && label !== "drawn" ? { ...request, label } : request;
}

function cancel() {
  if (!job) return;
  view.cancel();
  server.stop({ job });
  finish(`Cancelled after ${shown.length.toLocaleString("en")}.`);
}

function finish(text) {
  job = null;
  bar.hidden = stop.disabled = true;
  status.textContent = text;
  element.removeAttribute("aria-busy");
}

async function draw(data, request, alive) {
  if (job) server.stop({ job }); // of an earlier run that this one replaces
  job = data.job;
  shown = [];
  items.replaceChildren();
  items.dataset.modality = data.modality;
  warning.textContent = data.warning;
  warning.hidden = !data.warning;
  const noun = data.modality === "text" ? "sentence" : "picture";
  const count = `${data.total.toLocaleString("en")} ${noun}${data.total === 1 ? "" : "s"}, seed ${request.seed}`;
  note.hidden = !told(request);
  let piece = data;
  while (piece.items?.length) {
    add(piece.items, request, data);
    if (!job) break;
    bar.hidden = stop.disabled = false;
    bar.value = shown.length / data.total;
    status.textContent = `${shown.length.toLocaleString("en")} of ${count}`;
    await new Promise(requestAnimationFrame); // the page stays alive between two chunks
    piece = await server.more({ job });
    if (!alive()) return;
    if (!piece || piece.error) return finish(piece?.error ?? "The server does not answer.");
  }
  finish(count);
}

function add(packed, request, { modality, bytes_each }) {
  const chunk = el("div", { class: "lp-chunk", role: "presentation" });
  const fresh = modality === "text" ? packed : pictures(bytes(packed), bytes_each);
  for (const item of fresh) chunk.append(row(item, shown.push(item) - 1, request));
  items.append(chunk);
}

function pictures(data, size) {
  return Array.from({ length: data.length / size }, (_, i) => data.subarray(i * size, (i + 1) * size));
}

function row(item, index, request) {
  const label = typeof item === "string" ? el("span", { class: "lp-sentence", text: item }) : latent.picture(item, `picture ${index + 1}`);
  const number = el("span", { class: "lp-index", text: index + 1, "aria-hidden": "true" });
  return el("li", { class: "lp-item", "data-index": index }, number, label, tray.star("sample", linked(request), index, item));
}

function save() {
  if (items.dataset.modality === "text")
    latent.download("samples.csv", "text/csv", latent.csv([["index", "sentence"], ...shown.map((text, i) => [i, text])]));
  else latent.sheet(shown, "samples.png");
}
