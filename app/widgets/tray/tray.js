// What a person kept, in this browser's storage: see it, open it again, export it.
const { el, button, bytes, tray } = latent;
const FIELDS = ["kept", "checkpoint", "fingerprint", "seed", "index", "result", "link"];

const count = el("span", { class: "lp-facts" });
const list = el("ul", { class: "lp-kept" });
const empty = el("p", { class: "lp-empty", text: "Star a result to keep it here. It stays in this browser, over reloads." });
const error = el("p", { class: "lp-error", role: "alert", hidden: true });
const asCsv = button("save", "CSV", () => latent.download("kept.csv", "text/csv", latent.csv([FIELDS, ...tray.all().map(values)])), { id: "tray-csv" });
const asJson = button("save", "JSON", () => latent.download("kept.json", "application/json", JSON.stringify(tray.all(), null, 1)), { id: "tray-json" });
element.append(
  el("section", { class: "lp-shelf", "aria-label": "Kept" },
    el("div", { class: "lp-shelf-head" }, el("h2", { text: "Kept" }), count, asCsv, asJson),
    error, empty, list));

const values = (item) => FIELDS.map((field) => item[field]);

function entry(item) {
  const shown = item.kind === "image" ? latent.picture(bytes(item.result), "kept picture")
    : el("span", { class: "lp-sentence", text: item.result });
  const title = latent.checkpoints[item.checkpoint]?.title ?? `${item.checkpoint} (no longer here)`;
  return el("li", { class: "lp-item" }, shown,
    el("span", { class: "lp-source", text: `${title}, seed ${item.seed}, no. ${item.index + 1}` }),
    button("open", "Open again", () => (location.hash = item.link), { quiet: true }),
    button("close", "Remove", () => tray.remove(item), { quiet: true }));
}

function show() {
  const kept = tray.all();
  list.replaceChildren(...kept.map(entry));
  count.textContent = kept.length ? String(kept.length) : "";
  empty.hidden = kept.length > 0;
  asCsv.disabled = asJson.disabled = !kept.length;
  error.hidden = !tray.problem;
  error.textContent = tray.problem;
}
tray.onchange = show;
window.addEventListener("storage", (event) => event.key === tray.KEY && tray.reload()); // another window
show();
