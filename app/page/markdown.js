// Model cards: their Markdown as elements. Headings, lists, tables, code; pictures are left out.
// @ts-check
import { el } from "./dom.js";

/**
 * @param {string} source
 * @returns {HTMLElement[]}
 */
export function markdown(source) {
  const body = source.replace(/^---\n[\s\S]*?\n---\n/, "");
  const blocks = body.split(/(```[\s\S]*?```)|\n{2,}/).filter((block) => block?.trim());
  return blocks.map((block) => cardBlock(block.trim())).filter((node) => node != null);
}

/**
 * @param {string} block
 * @returns {HTMLElement | null}
 */
function cardBlock(block) {
  const [first, ...rest] = block.split("\n");
  const heading = first.match(/^(#+) (.*)/);
  if (block.startsWith("```")) return el("pre", { text: rest.slice(0, -1).join("\n") });
  if (heading) {
    const level = /** @type {"h1" | "h2" | "h3"} */ (`h${Math.min(3, heading[1].length)}`);
    return el(level, {}, ...inline([heading[2], ...rest].join(" ")));
  }
  if (first.startsWith("|")) return cardTable([first, ...rest]);
  if (/^[-*] /.test(first)) {
    const items = block.split(/\n(?=[-*] )/);
    return el("ul", {}, ...items.map((line) => el("li", {}, ...inline(line.slice(2)))));
  }
  return /^!\[/.test(first) ? null : el("p", {}, ...inline(block));
}

/** @param {string[]} lines */
function cardTable(lines) {
  const [head, , ...body] = lines;
  const rows = body.map((line) => tableRow(line, "td"));
  return el("table", {}, el("thead", {}, tableRow(head, "th")), el("tbody", {}, ...rows));
}

/**
 * @param {string} line
 * @param {"td" | "th"} tag
 */
function tableRow(line, tag) {
  const cells = line.replace(/^\||\|$/g, "").split("|");
  return el("tr", {}, ...cells.map((cell) => el(tag, {}, ...inline(cell.trim()))));
}

/** @param {string} text */
function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\(https?:[^)]+\))/).map((part) => {
    const link = part.match(/^\[(.+)\]\((.+)\)$/);
    if (link) return el("a", { href: link[2], target: "_blank", rel: "noopener", text: link[1] });
    if (/^`.+`$/.test(part)) return el("code", { text: part.slice(1, -1) });
    return /^\*\*.+\*\*$/.test(part) ? el("strong", { text: part.slice(2, -2) }) : part;
  });
}
