// A sentence, or a picture, with one of its variables at each of the modes.

import { el } from "../../page/dom.js";
import { percent } from "../../page/numbers.js";
import { mark } from "../../page/palette.js";
import { bytes, picture } from "../../page/pictures.js";
import { isText, remember, row } from "./microscope.js";
import { pictures } from "./samples.js";

export function flipAgain(ui) {
  const question = { checkpoint: ui.scene.checkpoint, variable: ui.view.flip };
  if (ui.base) question.code = ui.base.code;
  else if (ui.view.text) question.text = ui.view.text;
  else if (row(ui).typical.length) question.row = row(ui).typical[0].row;
  ui.askFlip(question);
}

export function typed(ui, event) {
  event.preventDefault();
  ui.base = null;
  ui.view.text = ui.flipBox.value.trim();
  flipAgain(ui);
  remember(ui);
}

export function drawFlip(ui, { base: item, items, parts, unknown, responsibilities }, question) {
  ui.flipVariable.fill(
    Array.from({ length: ui.scene.variables }, (_, j) => [j, `c${j + 1}`]),
    ui.view.flip,
  );
  ui.flipBase.replaceChildren(
    el("span", { text: `${source(ui, question)} decodes to` }),
    isText(ui) ? el("b", { text: item || "(nothing)" }) : picture(bytes(item), "decoded picture"),
  );
  ui.flipUnknown.textContent = unknown.length
    ? `The model does not know: ${unknown.slice(0, 8).join(", ")}${unknown.length > 8 ? " and more" : ""}`
    : "";
  const now = responsibilities.indexOf(Math.max(...responsibilities));
  ui.flipWhy.textContent = why(ui, items[now] === item, now, responsibilities[now]);
  const others = isText(ui) ? items : pictures(items, responsibilities.length);
  ui.flipped.replaceChildren(
    ...others.map((other, k) =>
      el(
        "li",
        { class: k === now ? "lens-own" : "", "data-mode": k },
        el(
          "span",
          { class: "lens-origin" },
          mark(k),
          el("span", { text: k + 1 }),
          k === now ? el("em", { text: "its own" }) : null,
        ),
        isText(ui)
          ? words(parts[k], other === item)
          : picture(other, `c${ui.view.flip + 1} at mode ${k + 1}`),
        el("span", {
          class: "lens-number",
          title: "Responsibility of this mode at the code as it is",
          text: percent(responsibilities[k]),
        }),
      ),
    ),
  );
}

/** Why the row of its own mode reads as the code itself does, or not. */
function why(ui, same, now, share) {
  const what = isText(ui) ? "sentence" : "picture";
  const place = `Each row moves c${ui.view.flip + 1} to the centre of one mode; the line above is the code as it is, which lies in mode ${now + 1} with responsibility ${percent(share)}.`;
  if (!isText(ui)) return place;
  const reason = same
    ? `The row of mode ${now + 1} is unchanged: from the code to that centre the ${what} stays the same.`
    : `The row of mode ${now + 1} is changed all the same: the code does not lie at that centre.`;
  return `${place} ${reason}`;
}

function source(ui, { code, text, row: typicalRow }) {
  const said = code ? ui.base?.text : text;
  if (said) return `“${said}”`;
  if (code) return "What is chosen on the map";
  if (typicalRow === undefined) return "A draw from the prior";
  return `The most typical ${isText(ui) ? "sentence" : "picture"} of c${ui.view.variable + 1}, mode ${ui.view.component + 1}`;
}

export function words(parts, same) {
  const sentence = el("span", { class: "lp-sentence lens-text" });
  if (!parts.length) sentence.append(el("em", { text: "(nothing)" }));
  let last = null; // neighbours that changed together share one mark
  parts.forEach(({ text, space, mark: kind, old }, i) => {
    const gap = i && space ? " " : "";
    if (last && kind && kind === last.kind && old === last.old) return last.node.append(gap, text);
    if (gap) sentence.append(gap);
    const tag = { insert: "ins", delete: "del", replace: "mark" }[kind] ?? "span";
    const node = el(tag, {
      text,
      title:
        kind === "replace"
          ? `was: ${old}`
          : kind === "insert"
            ? "new here"
            : kind === "delete"
              ? "gone here"
              : null,
    });
    sentence.append(node);
    last = { kind, old, node };
  });
  if (same) sentence.append(" ", el("em", { class: "lens-same", text: "unchanged" }));
  return sentence;
}
