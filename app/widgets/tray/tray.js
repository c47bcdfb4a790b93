// What a person kept, in this browser's storage: see it, open it again, export it.

import { checkpoints } from "../../page/checkpoints.js";
import { button, el } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { bytes, picture } from "../../page/pictures.js";
import { tray } from "../../page/tray.js";
import { section } from "./checks.js";

/**
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Kept} Kept
 * @typedef {import("./types.js").Ui} Ui
 */

/** @type {(keyof Kept)[]} */
const FIELDS = ["kept", "checkpoint", "fingerprint", "seed", "index", "result", "link", "name"];

/** @param {Kept} item */
const values = (item) => FIELDS.map((field) => item[field]);

/** @param {Kept} item */
function entry(item) {
  const shown =
    item.kind === "image"
      ? picture(bytes(item.result), "kept picture")
      : el("span", { class: "lp-sentence", text: item.result });
  const title = checkpoints[item.checkpoint]?.title ?? `${item.checkpoint} (no longer here)`;
  const name = el("input", {
    class: "lp-input lp-name",
    "aria-label": "Name of what is kept",
    placeholder: "Name it",
    maxlength: 80,
    autocomplete: "off",
    on: { input: () => tray.rename(item, name.value.trim()) },
  });
  name.value = item.name ?? "";
  return el(
    "li",
    { class: "lp-item" },
    shown,
    name,
    el("span", { class: "lp-source", text: `${title}, seed ${item.seed}, no. ${item.index + 1}` }),
    button("open", "Open again", () => (location.hash = item.link), { quiet: true }),
    button("close", "Remove", () => tray.remove(item), { quiet: true }),
  );
}

/** @param {Ui} ui */
function show(ui) {
  const kept = tray.all();
  ui.list.replaceChildren(...kept.map(entry));
  ui.count.textContent = kept.length ? String(kept.length) : "";
  ui.empty.hidden = kept.length > 0;
  ui.asCsv.disabled = ui.asJson.disabled = !kept.length;
  ui.error.hidden = !tray.problem();
  ui.error.textContent = tray.problem();
}

/** @param {Ui} ui */
function setUp(ui) {
  ui.count = el("span", { class: "lp-facts" });
  ui.list = el("ul", { class: "lp-kept" });
  ui.empty = el("p", {
    class: "lp-empty",
    text: "Star a result to keep it here. It stays in this browser, over reloads.",
  });
  ui.error = el("p", { class: "lp-error", role: "alert", hidden: true });
  ui.asCsv = button(
    "save",
    "CSV",
    () => download("kept.csv", "text/csv", csv([FIELDS, ...tray.all().map(values)])),
    { id: "tray-csv" },
  );
  ui.asJson = button(
    "save",
    "JSON",
    () => download("kept.json", "application/json", JSON.stringify(tray.all(), null, 1)),
    { id: "tray-json" },
  );
  ui.element.append(
    el(
      "section",
      { class: "lp-shelf", "aria-label": "Kept" },
      el(
        "div",
        { class: "lp-shelf-head" },
        el("h2", { text: "Kept" }),
        ui.count,
        ui.asCsv,
        ui.asJson,
      ),
      ui.error,
      ui.empty,
      ui.list,
    ),
    section(),
  );
  tray.listen(() => show(ui));
  show(ui);
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp(ui);
}
