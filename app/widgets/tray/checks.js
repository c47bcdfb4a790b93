// Views that are kept as checks: to see them, open them again, and download their file.
// @ts-check
import { activeTab } from "../../page/address.js";
import { all, file, forget, keepView } from "../../page/checks.js";
import { button, el, say } from "../../page/dom.js";
import { download } from "../../page/files.js";

/** @typedef {import("../../page/checks.js").Check} Check */

/** The tab and checkpoint of a link. @param {string} link */
function titleOf(link) {
  const given = new URLSearchParams(link.slice(1));
  return [given.get("tab"), given.get("checkpoint")].filter(Boolean).join(", ");
}

/** @param {Check} check @param {() => void} removed */
function entry(check, removed) {
  return el(
    "li",
    { class: "lp-item" },
    el("img", { class: "lp-thumb", src: check.thumbnail, alt: "what it showed" }),
    el("span", { class: "lp-source", text: titleOf(check.link) }),
    button("open", "Open again", () => (location.hash = check.link), { quiet: true }),
    button("close", "Remove", removed, { quiet: true }),
  );
}

/** The section below what is kept. */
export function section() {
  const list = el("ul", { class: "lp-checked" });
  const error = el("p", { class: "lp-error", role: "alert", hidden: true });
  const tell = (/** @type {string} */ problem) => {
    error.textContent = problem;
    error.hidden = !problem;
  };
  const show = () => {
    save.disabled = !all().length;
    list.replaceChildren(...all().map((check) => entry(check, () => done(forget(check)))));
  };
  const done = (/** @type {string} */ problem) => {
    tell(problem);
    show();
  };
  const keep = button(
    "card",
    "Keep as a check",
    async () => {
      done(await keepView(activeTab()));
      if (error.hidden) say("Kept as a check.");
    },
    {
      id: "tray-check",
      title: "What this view shows now, to compare it later: launch.py check checks.json",
    },
  );
  const save = button(
    "save",
    "Checks",
    () => download("checks.json", "application/json", file()),
    { id: "tray-checks" },
  );
  const head = el("div", { class: "lp-shelf-head" }, el("h2", { text: "Checks" }), keep, save);
  show();
  return el("section", { class: "lp-checks", "aria-label": "Checks" }, head, error, list);
}
