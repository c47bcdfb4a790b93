// What pages are made of: elements, icons, buttons, tables. Strings become text, never markup.
// @ts-check

/** @typedef {string | Node | null | undefined} Child */
/** @typedef {Record<string, any>} Props */
/** @typedef {ReturnType<typeof tableTwin>} Twin */

/** @type {Record<string, string>} strokes on a square of 24 */
const ICONS = {
  dice: "M4 4h16v16H4z M8.5 8.5v.01 M15.5 8.5v.01 M12 12v.01 M8.5 15.5v.01 M15.5 15.5v.01",
  copy: "M9 9h11v11H9z M5 15H4V4h11v1",
  star: "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1 M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1",
  moon: "M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.500 10.500z",
  code: "M8 7l-5 5 5 5 M16 7l5 5-5 5",
  save: "M12 4v11 M7 11l5 5 5-5 M5 20h14",
  close: "M6 6l12 12 M18 6L6 18",
  back: "M9 5L2 12l7 7h12V5z M17 9.500l-5 5 M12 9.500l5 5",
  swap: "M7 4L3 8l4 4 M3 8h14 M17 20l4-4-4-4 M21 16H7",
  open: "M14 4h6v6 M20 4l-9 9 M18 14v6H4V6h6",
  card: "M5 3h14v18H5z M8.500 8h7 M8.500 12h7 M8.500 16h4",
};

/**
 * An element. `text` and children are text nodes; `on` maps events to listeners; an attribute
 * that is true is set without a value, one that is false or nothing is left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (key === "on") listen(node, value);
    else if (key === "text") node.textContent = value;
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

/**
 * @param {Element} node
 * @param {Record<string, EventListener>} listeners by event
 */
function listen(node, listeners) {
  for (const [type, listener] of Object.entries(listeners)) node.addEventListener(type, listener);
}

/**
 * An element of a drawing, with attributes and children.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [attributes]
 * @param {...(string | Node)} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** @param {string} name one of ICONS */
export function icon(name) {
  const strokes = ICONS[name].split(/ (?=M)/).map((d) => svg("path", { d }));
  const box = { class: "lp-icon", viewBox: "0 0 24 24", "aria-hidden": "true" };
  return svg("svg", box, ...strokes);
}

/**
 * A button with an icon and a name; the name is shown unless `quiet`.
 * @param {string | null} name of the icon, if any
 * @param {string} label
 * @param {(event: any) => void} click
 * @param {Props & {quiet?: boolean}} [options]
 */
export function button(name, label, click, { quiet = false, ...props } = {}) {
  const shown = quiet ? { "aria-label": label, title: label } : {};
  const parts = [name ? icon(name) : null, quiet ? null : el("span", { text: label })];
  const all = { type: "button", class: "lp-button", ...shown, ...props, on: { click } };
  return el("button", all, ...parts);
}

/**
 * A work that is named, as a link to it.
 * @param {string} href
 * @param {string} text
 */
export function source(href, text) {
  return el("a", { href, target: "_blank", rel: "noopener", text });
}

/**
 * HTML that the server made of Markdown; it has escaped what was markup there.
 * @param {string} html
 */
export function rendered(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/**
 * What is there for sure: the first element of a kind below another.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function one(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`There is no ${selector}.`);
  return /** @type {HTMLElement} */ (found);
}

/**
 * The panel of the tab that holds an element.
 * @param {Element} node
 */
export function panelOf(node) {
  return /** @type {HTMLElement} */ (node.closest('[role="tabpanel"]'));
}

/**
 * Spoken by screen readers, for things that only eyes would notice.
 * @param {string} text
 */
export function say(text) {
  const live = document.getElementById("lp-live");
  if (live) live.textContent = text;
}

/**
 * A formula in plain text as nodes: letters and digits after a _ stand lower.
 * @param {string} text
 */
export function typeset(text) {
  const parts = text.split(/_([\p{L}\p{N}]+)/u);
  return parts.map((part, i) => (i % 2 ? el("sub", { text: part }) : part));
}

/**
 * A sentence, given in parts, with the words marked that another does not have.
 * @param {{text: string, space: boolean, mark: string, old: string}[]} parts
 */
export function changed(parts) {
  const node = el("span");
  if (!parts.length) node.append("(nothing)");
  /** @type {{mark: string, old: string, node: HTMLElement} | null} */
  let last = null;
  for (const [i, { text, space, mark, old }] of parts.entries()) {
    const gap = i && (space || parts[i - 1].mark === "delete") ? " " : "";
    if (last && last.mark === mark && last.old === old) {
      last.node.append(gap, text); // one mark for a run
      continue;
    }
    last = { mark, old, node: marked(text, mark, old) };
    node.append(gap, last.node);
  }
  return node;
}

/**
 * @param {string} text
 * @param {string} mark
 * @param {string} old
 * @returns {HTMLElement}
 */
function marked(text, mark, old) {
  if (mark === "insert") return el("ins", { text });
  if (mark === "delete") return el("del", { text });
  return mark === "replace" ? el("mark", { text, title: `was: ${old}` }) : el("span", { text });
}

/**
 * Numbers behind a drawing: a table to unfold. `set(columns, rows)` fills it, `rows()` are as
 * given, `sheet()` is both, for a CSV file.
 * @param {string} title
 */
export function tableTwin(title) {
  const [head, body] = [el("tr"), el("tbody")];
  const table = el("table", {}, el("thead", {}, head), body);
  const region = { class: "lp-twin-scroll", tabindex: "0", role: "region", "aria-label": title };
  const summary = el("summary", { text: title });
  const details = el("details", { class: "lp-twin" }, summary, el("div", region, table));
  /** @type {any[][]} */
  let made = [];
  /** @type {string[]} */
  let names = [];
  const row = (/** @type {any[]} */ cells) =>
    el("tr", {}, ...cells.map((cell) => el("td", { text: cell })));
  const fill = () => body.replaceChildren(...made.map(row));
  details.addEventListener("toggle", () => details.open && fill());
  return {
    details,
    rows: () => made,
    sheet: () => [names, ...made],
    /**
     * @param {string[]} columns
     * @param {any[][]} lines
     */
    set(columns, lines) {
      [names, made] = [columns, lines];
      head.replaceChildren(...columns.map((text) => el("th", { text, scope: "col" })));
      if (details.open) fill();
    },
  };
}
