// All steps as a table: Step, Action, Verdict, Sentence. Only the rows in sight are drawn.

const ROW = 32; // px
const ROOM = 36; // letters of a sentence that can be seen at once
const FILTERS = { all: "All", accepted: "Accepted", rejected: "Rejected" };
let filter = "all";
let listed = null; // positions that pass the filter; null for all
const drawnRows = new Map(); // key -> element

const filterChoice = choice("filter", "Steps in the table", Object.entries(FILTERS), (name) => {
  filter = name;
  drawRows({ follow: true });
});
filterChoice.set("all");
const rowBox = el("div", { class: "chain-rows", role: "rowgroup" });
const tableHead = el("div", { class: "chain-tr chain-th", role: "row" });
const scroller = el("div", { class: "chain-scroll", id: id("table"), tabindex: "0", role: "table", "aria-label": "Steps" }, tableHead, rowBox);
scroller.addEventListener("scroll", () => requestAnimationFrame(() => drawRows()));
const tableCount = el("span", { class: "chain-note" });
const stepTable = el("section", { class: "chain-table", "aria-label": "All steps" },
  el("div", { class: "chain-head" }, el("h3", { text: "Steps" }), filterChoice.group, tableCount), scroller);

function list() {
  if (filter === "all") return null;
  const path = pathOf(view.show);
  const found = [];
  path.accepted.forEach((accepted, k) => accepted === (filter === "accepted") && found.push(k + 1));
  return found;
}

function drawRows({ follow = false } = {}) {
  if (!scene) return;
  listed = list();
  const size = listed ? listed.length : longest() + 1;
  rowBox.style.height = `${size * ROW}px`;
  scroller.setAttribute("aria-rowcount", size + 1);
  element.dataset.rows = size; // how tests know
  tableCount.textContent = listed ? `${count(size)} of ${count(pathOf(view.show).steps.length)}` : "";
  const two = view.beside >= 0;
  scroller.classList.toggle("chain-pair", two);
  const heads = two ? ["Step", "Action", "", nameOf(view.show), "Action", "", nameOf(view.beside)] : ["Step", "Action", "Acc/Rej", "Sentence", "log π"];
  tableHead.replaceChildren(...heads.map((text) => el("span", { role: "columnheader", text })));
  if (follow) reveal();
  const from = Math.max(0, Math.floor(scroller.scrollTop / ROW) - 4);
  const to = Math.min(size, from + Math.ceil((scroller.clientHeight || 400) / ROW) + 8);
  const wanted = new Set();
  for (let i = from; i < to; i++) {
    const at = listed ? listed[i] : i;
    const key = `${view.show} ${view.beside} ${at} ${i} ${two && at <= pathOf(view.beside).steps.length}`;
    wanted.add(key);
    let node = drawnRows.get(key);
    if (!node || node.scene !== scene) {
      node?.remove();
      node = rowOf(at, i);
      node.scene = scene;
      drawnRows.set(key, node);
    }
    if (!node.isConnected) rowBox.append(node);
    node.classList.toggle("chain-now", at === view.at);
  }
  for (const [key, node] of drawnRows) {
    if (wanted.has(key)) continue;
    node.remove();
    drawnRows.delete(key);
  }
}

/** Scroll, where need be, so that the row of the step that is shown can be seen. */
function reveal() {
  const i = listed ? listed.findIndex((at) => at >= view.at) : view.at;
  if (i < 0) return;
  const room = (scroller.clientHeight || 400) - 2 * ROW;
  const top = i * ROW;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top > scroller.scrollTop + room) scroller.scrollTop = top - room;
}

function rowOf(at, i) {
  const cells = shownChains().flatMap((index, column) => cellsOf(index, at, column));
  if (view.beside < 0) {
    const state = pathOf(view.show).states[at];
    cells.push(el("span", { role: "cell", class: "chain-number", text: state ? number(state.score.total) : "" }));
  }
  return el("div", {
    class: "chain-tr", role: "row", "aria-rowindex": i + 2, "data-at": at, style: `top:${i * ROW}px`,
    on: { click: () => (halt(), jump(at)) },
  }, el("span", { role: "cell" }, el("button", { type: "button", "aria-label": `Show step ${at}`, text: at ? count(at) : "start" })), ...cells);
}

function cellsOf(index, at) {
  const path = pathOf(index);
  const cell = (props, ...children) => el("span", { role: "cell", ...props }, ...children);
  if (!at) return [cell({}), cell({}), cell({ class: "chain-text" }, path.states[0].text)];
  const step = path.steps[at - 1];
  if (!step) return [cell({}), cell({}), cell({})];
  const accepted = path.accepted[at - 1];
  const overruled = path.overruled === at - 1;
  const verdict = step.action === "none" ? "–" : accepted ? "✓ acc" : "✕ rej";
  return [
    cell({ text: step.action }),
    cell({ class: step.action === "none" ? "" : accepted ? "chain-yes" : "chain-no", text: verdict + (overruled ? " !" : ""), title: overruled ? "overruled" : null }),
    cell({ title: step.text, class: `chain-text chain-${accepted ? "accepted" : "rejected"}${at <= path.fork ? " chain-shared" : ""}` }, marked(path.states[at - 1], step, ROOM)),
  ];
}
