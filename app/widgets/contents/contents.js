// The contents of a long view: a line that stays in sight and leads to its sections.
import { el } from "../../page/dom.js";

/** @typedef {import("../../page/widget.js").Given & {links: HTMLButtonElement[]}} Ui */

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** @param {Ui} ui */
function setUp(ui) {
  /** @type {[string, string][]} id and title */
  const sections = ui.props.sections;
  ui.links = sections.map(([id, title]) =>
    el("button", { type: "button", text: title, "data-section": id, on: { click: () => go(id) } }),
  );
  ui.element.append(el("nav", { class: "contents-line", "aria-label": "Sections" }, ...ui.links));
  window.addEventListener("scroll", () => requestAnimationFrame(() => mark(ui)), {
    passive: true,
  });
  new ResizeObserver(() => mark(ui)).observe(ui.element);
}

/** @param {string} id */
function go(id) {
  const section = document.getElementById(id);
  section?.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
}

/**
 * Say which section is being read: the last that begins above the middle of the window.
 * @param {Ui} ui
 */
function mark(ui) {
  if (!ui.element.offsetParent) return;
  const above = ui.links.filter((link) => {
    const section = document.getElementById(link.dataset.section ?? "");
    return section && section.getBoundingClientRect().top < innerHeight / 2;
  });
  const now = above.at(-1) ?? ui.links[0];
  for (const link of ui.links) {
    if (link === now) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  /** @type {Ui} */
  const ui = { ...given, links: [] };
  setUp(ui);
}
