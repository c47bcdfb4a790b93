// The modes: a chip for each, and a card of the chosen one.

import { el, one } from "../../page/dom.js";
import { fixed, percent } from "../../page/numbers.js";
import { mark } from "../../page/palette.js";
import { bytes, picture } from "../../page/pictures.js";
import { choose, givenName, isText, rename, row } from "./microscope.js";

/**
 * @typedef {import("./types.js").Row} Row
 * @typedef {import("./types.js").Ui} Ui
 */

/** @param {Ui} ui */
export function drawChips(ui) {
  const faces = ui.scene.faces ? bytes(ui.scene.faces) : null;
  const size = faces ? faces.length / ui.scene.rows.length : 0;
  ui.chips.style.setProperty(
    "--components",
    String(Math.ceil(ui.scene.components / Math.ceil(ui.scene.components / 10))),
  );
  ui.chips.replaceChildren(
    ...Array.from({ length: ui.scene.variables }, (_, j) =>
      el(
        "div",
        { class: "lens-row", role: "presentation" },
        el("span", { class: "lens-variable", text: `c${j + 1}` }),
        el(
          "div",
          { class: "lens-chips", role: "presentation" },
          ...ui.scene.rows
            .filter((r) => r.variable === j)
            .map((r) =>
              chip(
                ui,
                r,
                faces?.subarray(
                  (j * ui.scene.components + r.component) * size,
                  (j * ui.scene.components + r.component + 1) * size,
                ),
              ),
            ),
        ),
      ),
    ),
  );
  markChosen(ui);
}

/** @param {Ui} ui @param {Row} r @param {Uint8Array} [face] the picture at its centre */
function chip(ui, r, face) {
  const words = r.flags.map(([word]) => word);
  const given = givenName(ui, r);
  const said =
    given ||
    r.keywords
      .slice(0, 2)
      .map(({ word }) => word)
      .join(" · ");
  const name = `c${r.variable + 1} mode ${r.component + 1}${said ? `, ${said}` : ""}: weight ${percent(r.weight)}${r.share == null ? "" : `, share ${percent(r.share)}`}${words.length ? `, ${words.join(", ")}` : ""}`;
  const sentence = r.flags.map(([, text]) => text).join(" ");
  return el(
    "button",
    {
      type: "button",
      class: `lens-chip ${words.length ? "lens-flagged" : ""}`,
      role: "radio",
      "aria-label": name,
      title: sentence || name,
      "data-mode": `${r.variable}.${r.component}`,
      on: {
        click: () => choose(ui, { variable: r.variable, component: r.component, weights: null }),
      },
    },
    face ? picture(face, "", { "aria-hidden": "true" }) : null,
    el(
      "span",
      { class: "lens-chip-name" },
      mark(r.component),
      el("span", { text: r.component + 1 }),
      el("span", { class: given ? "lens-given" : "lens-said", text: said }),
    ),
    el("span", { class: "lens-share", text: r.share == null ? "" : percent(r.share) }),
    el("span", { class: "lens-bar" }, el("i", { style: `width:${100 * (r.share ?? r.weight)}%` })),
    el("span", { class: "lens-words", text: words.join(", ") }),
  );
}

/** @param {Ui} ui */
export function markChosen(ui) {
  for (const node of ui.chips.querySelectorAll("button")) {
    const chosen = node.dataset.mode === `${ui.view.variable}.${ui.view.component}`;
    node.setAttribute("aria-checked", String(chosen));
    node.tabIndex = chosen ? 0 : -1;
  }
}

/** @param {Ui} ui */
export function drawCard(ui) {
  const r = row(ui);
  ui.title.replaceChildren(mark(r.component), `c${r.variable + 1}, mode ${r.component + 1}`);
  ui.facts.textContent = [
    `weight ${percent(r.weight)}`,
    r.share == null ? "" : `share ${percent(r.share)}`,
    ui.scene.discrete ? "" : vector("μ", r.mean),
    ui.scene.discrete ? "" : vector("σ", r.scale),
  ]
    .filter(Boolean)
    .join("   ");
  ui.naming.value = givenName(ui, r);
  ui.keywords.replaceChildren(
    ...r.keywords.map(({ word, z, share }) =>
      el("li", {
        text: word,
        title: `Log-odds against the other modes: ${fixed(z, 1)} standard deviations above none. ${percent(share)} of the times that it occurs, it is here.`,
      }),
    ),
  );
  ui.keywords.hidden = !r.keywords.length;
  ui.flags.replaceChildren(
    ...r.flags.map(([word, sentence]) => el("li", {}, el("b", { text: word }), ` ${sentence}`)),
  );
  ui.tags.replaceChildren(
    ...r.tags.map(({ tag, name, purity, overall }) =>
      el(
        "div",
        {
          class: "lens-tag",
          title: `${percent(purity)} of the items of this mode are ${name}; of all items ${percent(overall)}`,
        },
        el("span", { text: tag }),
        el("b", { text: name }),
        el(
          "span",
          { class: "lens-bar" },
          el("i", { style: `width:${100 * purity}%` }),
          el("u", { style: `left:${100 * overall}%` }),
        ),
        el("span", {
          class: "lens-number",
          text: `${percent(purity)} (all: ${percent(overall)})`,
        }),
      ),
    ),
  );
  ui.tags.hidden = !r.tags.length;
  const what = isText(ui) ? "sentences" : "pictures";
  ui.typicalHead.textContent = r.typical.length
    ? `Typical ${what}${ui.scene.original ? "" : ", as the model reconstructs them"}`
    : "No typical items";
  ui.typical.replaceChildren(
    ...r.typical.map(({ item }, i) => el("li", {}, thing(ui, item, `typical picture ${i + 1}`))),
  );
}

/** A short vector in words; nothing of a long one. @param {string} name @param {number[]} [values] */
const vector = (name, values) =>
  values && values.length <= 4 ? `${name} ${values.map((x) => fixed(x)).join(", ")}` : "";

/** @param {Ui} ui @param {string} item @param {string} label of a picture */
export function thing(ui, item, label) {
  return isText(ui)
    ? el("span", { class: "lens-text", text: item || "(nothing)" })
    : picture(bytes(item), label);
}

/** @type {Record<string, [variable: number, component: number]>} */
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** Arrow keys go from chip to chip. @param {Ui} ui */
export function setUp(ui) {
  ui.naming.addEventListener("change", () => rename(ui, ui.naming.value));
  ui.chips.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const turn = (/** @type {number} */ value, /** @type {number} */ n) => (value + n) % n;
    choose(ui, {
      variable: turn(ui.view.variable + step[0], ui.scene.variables),
      component: turn(ui.view.component + step[1], ui.scene.components),
      weights: null,
    });
    one(ui.chips, '[aria-checked="true"]').focus();
  });
}
