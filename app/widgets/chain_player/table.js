// All steps as a table: Step, Action, Verdict, Sentence. Only the rows in sight are drawn.

import { choice } from "../../page/choice.js";
import { el } from "../../page/dom.js";
import { count } from "../../page/numbers.js";
import { id, jump, longest, shownChains } from "./chain_player.js";
import { marked, nameOf, number, pathOf } from "./paths.js";
import { halt } from "./transport.js";

/**
 * @typedef {import("../../page/dom.js").Child} Child
 * @typedef {import("../../page/dom.js").Props} Props
 * @typedef {import("./types.js").Ui} Ui
 */

const ROW = 32; // px
const ROOM = 36; // letters of a sentence that can be seen at once
const FILTERS = { all: "All", accepted: "Accepted", rejected: "Rejected" };

/** Positions that pass the filter; null for all. @param {Ui} ui */
function listOf(ui) {
  if (ui.filter === "all") return null;
  const { accepted } = pathOf(ui, ui.view.show);
  const wanted = ui.filter === "accepted";
  return accepted.flatMap((each, k) => (each === wanted ? [k + 1] : []));
}

/** @param {Ui} ui @param {{follow?: boolean}} [options] */
export function drawRows(ui, { follow = false } = {}) {
  if (!ui.scene) return;
  ui.listed = listOf(ui);
  const size = ui.listed ? ui.listed.length : longest(ui) + 1;
  ui.rowBox.style.height = `${size * ROW}px`;
  ui.scroller.setAttribute("aria-rowcount", String(size + 1));
  ui.element.dataset.rows = String(size); // how tests know
  ui.tableCount.textContent = ui.listed
    ? `${count(size)} of ${count(pathOf(ui, ui.view.show).steps.length)}`
    : "";
  const two = ui.view.beside >= 0;
  ui.scroller.classList.toggle("chain-pair", two);
  const heads = two
    ? ["Step", "Action", "", nameOf(ui, ui.view.show), "Action", "", nameOf(ui, ui.view.beside)]
    : ["Step", "Action", "Acc/Rej", "Sentence", "log π"];
  ui.tableHead.replaceChildren(...heads.map((text) => el("span", { role: "columnheader", text })));
  if (follow) reveal(ui);
  drawInSight(ui, size);
}

/** Draw the rows that can be seen, of so many, and take the others away. @param {Ui} ui @param {number} size */
function drawInSight(ui, size) {
  const two = ui.view.beside >= 0;
  const from = Math.max(0, Math.floor(ui.scroller.scrollTop / ROW) - 4);
  const to = Math.min(size, from + Math.ceil((ui.scroller.clientHeight || 400) / ROW) + 8);
  const wanted = new Set();
  for (let i = from; i < to; i++) {
    const at = ui.listed ? ui.listed[i] : i;
    const key = `${ui.view.show} ${ui.view.beside} ${at} ${i} ${two && at <= pathOf(ui, ui.view.beside).steps.length}`;
    wanted.add(key);
    let row = ui.drawnRows.get(key);
    if (row?.scene !== ui.scene) {
      row?.node.remove();
      row = { node: rowOf(ui, at, i), scene: ui.scene };
      ui.drawnRows.set(key, row);
    }
    if (!row.node.isConnected) ui.rowBox.append(row.node);
    row.node.classList.toggle("chain-now", at === ui.view.at);
  }
  for (const [key, { node }] of ui.drawnRows) {
    if (wanted.has(key)) continue;
    node.remove();
    ui.drawnRows.delete(key);
  }
}

/** Scroll, where need be, so that the row of the step that is shown can be seen. @param {Ui} ui */
function reveal(ui) {
  const i = ui.listed ? ui.listed.findIndex((at) => at >= ui.view.at) : ui.view.at;
  if (i < 0) return;
  const room = (ui.scroller.clientHeight || 400) - 2 * ROW;
  const top = i * ROW;
  if (top < ui.scroller.scrollTop) ui.scroller.scrollTop = top;
  else if (top > ui.scroller.scrollTop + room) ui.scroller.scrollTop = top - room;
}

/** @param {Ui} ui @param {number} at position @param {number} i its place among the rows */
function rowOf(ui, at, i) {
  const cells = shownChains(ui).flatMap((index) => cellsOf(ui, index, at));
  if (ui.view.beside < 0) {
    const state = pathOf(ui, ui.view.show).states[at];
    cells.push(cell({ class: "chain-number", text: state ? number(state.score.total) : "" }));
  }
  const label = at ? count(at) : "start";
  return el(
    "div",
    {
      class: "chain-tr",
      role: "row",
      "aria-rowindex": i + 2,
      "data-at": at,
      style: `top:${i * ROW}px`,
      on: { click: () => (halt(ui), jump(ui, at)) },
    },
    cell({}, el("button", { type: "button", "aria-label": `Show step ${at}`, text: label })),
    ...cells,
  );
}

/** @param {Props} props @param {...Child} children */
const cell = (props, ...children) => el("span", { role: "cell", ...props }, ...children);

/** @param {Ui} ui @param {number} index of the chain @param {number} at */
function cellsOf(ui, index, at) {
  const path = pathOf(ui, index);
  if (!at) return [cell({}), cell({}), cell({ class: "chain-text" }, path.states[0].text)];
  const step = path.steps[at - 1];
  if (!step) return [cell({}), cell({}), cell({})];
  const accepted = path.accepted[at - 1];
  const overruled = path.overruled === at - 1;
  const verdict = step.action === "none" ? "–" : accepted ? "✓ acc" : "✕ rej";
  return [
    cell({ text: step.action }),
    cell({
      class: step.action === "none" ? "" : accepted ? "chain-yes" : "chain-no",
      text: verdict + (overruled ? " !" : ""),
      title: overruled ? "overruled" : null,
    }),
    cell(
      {
        title: step.text,
        class: `chain-text chain-${accepted ? "accepted" : "rejected"}${at <= path.fork ? " chain-shared" : ""}`,
      },
      marked(ui, path.states[at - 1], step, ROOM),
    ),
  ];
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.filter = "all";
  ui.listed = null;
  ui.drawnRows = new Map();
  const frame = { "aria-label": "Steps in the table", id: id(ui, "filter") };
  ui.filterChoice = choice(id(ui, "filter"), frame, (name) => {
    ui.filter = name;
    drawRows(ui, { follow: true });
  });
  ui.filterChoice.fill(Object.entries(FILTERS), "all");
  ui.rowBox = el("div", { class: "chain-rows", role: "rowgroup" });
  ui.tableHead = el("div", { class: "chain-tr chain-th", role: "row" });
  ui.scroller = el(
    "div",
    {
      class: "chain-scroll",
      id: id(ui, "table"),
      tabindex: "0",
      role: "table",
      "aria-label": "Steps",
    },
    ui.tableHead,
    ui.rowBox,
  );
  ui.scroller.addEventListener("scroll", () => requestAnimationFrame(() => drawRows(ui)));
  ui.tableCount = el("span", { class: "lp-aside" });
  ui.stepTable = el(
    "section",
    { class: "chain-table", "aria-label": "All steps" },
    el(
      "div",
      { class: "chain-head" },
      el("h3", { text: "Steps" }),
      ui.filterChoice.group,
      ui.tableCount,
    ),
    ui.scroller,
  );
}
