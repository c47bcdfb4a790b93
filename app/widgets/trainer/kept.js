// The fourth part: one's own checkpoints. Where they can be seen, and what one can do to them.

import { fragment } from "../../page/address.js";
import { button, el, say } from "../../page/dom.js";
import { tell } from "../../page/events.js";
import { download } from "../../page/files.js";
import { bytes } from "../../page/pictures.js";
import { send } from "./upload.js";

/**
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").Yours} Yours
 */

/** @type {Record<string, string>} */
/** @type {Record<string, string>} */
const TABS = {
  sample: "Sample",
  interpolate: "Interpolate",
  explore: "Explore",
  modes: "Modes",
  next_word: "Next word",
};

/** @param {Ui} ui what there is now, after a run has ended */
export async function fetchYours(ui) {
  const answer = await ui.ask("run", { runs: "" });
  if (!answer.error) drawYours(ui, answer.yours);
}

/** @param {Ui} ui @param {Yours[]} yours */
export function drawYours(ui, yours) {
  ui.yours = yours;
  const { list } = ui.kept;
  const none = el("li", { class: "lp-remark", text: "None yet: what a run keeps stands here." });
  list.replaceChildren(...(yours.length ? yours.map((one) => row(ui, one)) : [none]));
}

/** @param {Ui} ui @param {Yours} one */
function row(ui, one) {
  const links = one.tabs.map((tab) =>
    el("a", {
      class: "lp-button",
      href: fragment(tab, { checkpoint: one.name }),
      text: TABS[tab],
      "aria-label": `${TABS[tab]}: ${one.title}`,
    }),
  );
  const act = (
    /** @type {string | null} */ icon,
    /** @type {string} */ label,
    /** @type {() => void} */ does,
  ) => button(icon, label, does, { "aria-label": `${label}: ${one.title}` });
  return el(
    "li",
    { class: "train-own", "data-name": one.name },
    el(
      "div",
      { class: "train-run-head" },
      el("b", { text: one.title }),
      el("span", { class: "train-state", text: one.problem || one.dataset }),
    ),
    one.about ? el("p", { class: "train-about", text: one.about }) : null,
    el(
      "div",
      { class: "lp-bar" },
      ...links,
      act(null, "Rename", () => edit(ui, one, "name")),
      act(null, "Describe", () => edit(ui, one, "text")),
      act("save", "Download", () => save(ui, one)),
      act("close", "Delete", () => remove(ui, one)),
    ),
  );
}

/**
 * A form in place of nothing: it asks, and what it holds is lost by Cancel alone.
 * @param {Ui} ui
 * @param {Yours} one
 * @param {"name" | "text"} what
 */
function edit(ui, one, what) {
  const node = ui.kept.list.querySelector(`[data-name="${one.name}"]`);
  node?.querySelector("form")?.remove();
  const id = `train-edit-${what}`;
  const short = what === "name";
  const props = { id, class: "lp-input", maxlength: short ? 60 : 2000, required: short };
  const box = short ? el("input", props) : el("textarea", { ...props, rows: 4 });
  box.value = short ? one.title : one.about;
  const form = el(
    "form",
    {
      class: "lp-bar train-edit",
      on: {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          store();
        },
      },
    },
    el("label", { class: "lp-offscreen", for: id, text: short ? "Name" : "Description" }),
    box,
    el("button", { class: "lp-button", text: "Save" }),
    button("close", "Cancel", () => form.remove()),
  );
  async function store() {
    const question = { checkpoint: one.name, [what]: box.value };
    if (await change(ui, short ? "rename" : "describe", question)) say("Saved.");
  }
  node?.append(form);
  box.focus();
}

/**
 * Ask, and show what is there then; nothing where it was refused, which is said.
 * @param {Ui} ui
 * @param {string} name
 * @param {any} question
 */
async function change(ui, name, question) {
  const answer = await ui.ask(name, question);
  if (answer.error) {
    notice(ui, answer.error);
    return null;
  }
  notice(ui, "");
  drawYours(ui, answer.yours);
  tell("latent-checkpoints");
  return answer;
}

/** @param {Ui} ui @param {Yours} one */
async function remove(ui, one) {
  const answer = await change(ui, "remove", { checkpoint: one.name });
  if (!answer) return;
  const undo = button("back", "Undo", async () => {
    if (await change(ui, "undo", { token: answer.token })) notice(ui, `“${one.title}” is back.`);
  });
  notice(ui, `“${one.title}” is deleted.`, undo);
  undo.focus();
}

/** @param {Ui} ui @param {string} text @param {HTMLElement} [act] */
function notice(ui, text, act) {
  ui.kept.said.replaceChildren(el("span", { text }), ...(act ? [act] : []));
}

/** @param {Ui} ui @param {Yours} one */
async function save(ui, one) {
  const answer = await ui.ask("export", { checkpoint: one.name });
  if (answer.error) return notice(ui, answer.error);
  download(`${one.name.replaceAll("/", "--")}.zip`, "application/zip", bytes(answer.zip));
}

/** @param {Ui} ui @param {File | undefined} file */
async function takeIn(ui, file) {
  if (!file) return;
  notice(ui, `Reads ${file.name}`);
  try {
    const upload = await send(ui, file, () => true);
    const answer = await change(ui, "take_in", { upload });
    if (answer) notice(ui, `${file.name} is here.`);
  } catch (error) {
    notice(ui, /** @type {Error} */ (error).message);
  }
}

/** @param {Ui} ui */
export function setUp(ui) {
  const file = el("input", {
    type: "file",
    class: "lp-offscreen",
    id: "train-import",
    accept: ".zip",
    "aria-label": "A checkpoint as a ZIP",
    tabindex: "-1",
    on: {
      change: () => {
        takeIn(ui, file.files?.[0]);
        file.value = "";
      },
    },
  });
  ui.kept = {
    file,
    list: el("ul", { class: "train-runs", id: "train-yours" }),
    said: el("p", { class: "train-said train-notice", role: "status" }),
    node: el("section", { class: "lp-section train-part", "aria-label": "Your checkpoints" }),
  };
  const { node, list, said } = ui.kept;
  node.append(
    el("header", { class: "lp-head" }, el("h3", { text: "Your checkpoints" })),
    el("p", {
      class: "lp-remark",
      text: "They stand in the lists of all tabs, marked “yours”.",
    }),
    list,
    said,
    el(
      "div",
      {},
      button(null, "Import a ZIP", () => file.click()),
      file,
    ),
  );
}
