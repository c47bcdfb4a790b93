// What is selected: a held-out point, a place, a path of places, or a sentence of one's own.
//
// selection: { kind: "point" | "place" | "path" | "sentence", where: [x, y] on the view, row,
// text, item, … }. What the server adds comes in one or two answers; a newer selection makes
// older answers void.

const REST = 120; // ms before the numbers of a place are asked for
let turn = 0;

const nameOf = (row) => (isText() ? words?.[row] ?? "…" : `picture ${row + 1}`);
const whereIs = (row) => [view().points[2 * row], view().points[2 * row + 1]];
const itemNode = (item, label) => (isText() ? el("span", { text: item || "(nothing)" }) : latent.picture(bytes(item), label));

function begin(made) {
  turn++;
  selection = made;
  recover();
  drawMarks();
  look.at = atOf(made);
  remember();
  return turn;
}

function atOf({ kind, row, where, text, base }) {
  if (kind === "point") return `p${row}`;
  if (kind === "sentence") return `s~${text}`;
  if (kind === "path") return look.at;
  return [...where.map((x) => x.toFixed(4)), ...(base == null ? [] : [base])].join("~");
}

/** Everything has come: show it, keep its script, tell the rest of the page. */
function settled({ code, z }, text) {
  scene.answer.code = code; // what Show code says when the tab runs again
  element.querySelector(".lp-code pre").textContent = code;
  drawCard();
  element.dataset.settled = look.at; // how tests know
  if (!z) return;
  const { kind, row, where } = selection;
  window.dispatchEvent(new CustomEvent("latent-code", { detail: { checkpoint: scene.checkpoint, code: z, text } }));
  trigger("select", { kind, row: row ?? null, where: where ?? null, text: isText() ? text : "" });
}

async function selectPoint(row, { quiet = false, time } = {}) {
  const mine = begin({ kind: "point", row, where: whereIs(row) });
  drawCard(); // its sentence is here already
  if (time) measureDecode(time);
  if (!quiet) reveal(...selection.where);
  const answer = await ask("point", { row });
  if (mine !== turn) return;
  if (answer.error) return fail(answer.error);
  Object.assign(selection, answer);
  settled(answer, isText() ? answer.original ?? answer.item : "");
  if (!quiet) say(`${nameOf(row)}. ${likeliest(answer.shares)}`);
}

async function selectPlace(where, { base, time } = {}) {
  base ??= view().variable == null ? null : selection?.row ?? selection?.base ?? null;
  const mine = begin({ kind: "place", where, base });
  const question = { view: look.view, x: where[0], y: where[1], base };
  const first = await ask("decode", question);
  if (mine !== turn) return;
  if (first.error) return fail(first.error);
  Object.assign(selection, first);
  drawCard();
  if (time) measureDecode(time);
  element.dataset.decoded = look.at; // how tests know
  if (isText()) say(first.item);
  await new Promise((done) => setTimeout(done, REST)); // who clicks on waits for nothing
  if (mine !== turn) return;
  const answer = await ask("place", question);
  if (mine !== turn) return;
  if (answer.error) return fail(answer.error);
  Object.assign(selection, answer);
  settled(answer, isText() ? first.item : "");
}

async function placeSentence(text) {
  if (!text) return fail("Write a sentence to place on the map.");
  const before = [selection, look.at];
  const mine = ++turn;
  element.dataset.placing = "1";
  const answer = await ask("sentence", { text });
  delete element.dataset.placing;
  if (mine !== turn) return;
  if (answer.error) {
    [selection, look.at] = before;
    if (!selection) selectPoint(scene.home, { quiet: true });
    return fail(answer.error);
  }
  begin({ kind: "sentence", ...answer, code: "", places: answer.where, where: answer.where[look.view] });
  reveal(...selection.where);
  settled(answer, text);
  say(`Placed. ${likeliest(answer.shares)}`);
}

async function walk(places, drawn) {
  const base = view().variable == null ? null : selection?.row ?? selection?.base ?? null;
  const mine = begin({ kind: "path", base, drawn, path: places.map((at) => ({ at })) });
  drawCard();
  const answer = await ask("path", { view: look.view, places, base });
  if (mine !== turn) return;
  if (answer.error) return fail(answer.error);
  answer.rows.forEach((row, i) => Object.assign(selection.path[i], row));
  settled(answer, "");
  say(`${answer.rows.length} places decoded.`);
}

function measureDecode(start) {
  if (performance.getEntriesByName("latent-map-decode").length > 500) performance.clearMeasures("latent-map-decode");
  performance.measure("latent-map-decode", { start });
}

const likeliest = (shares) => shares.map((share, j) => {
  const k = share.indexOf(Math.max(...share));
  return `${modeName(j, k)} ${Math.round(100 * share[k])}%`;
}).join(", ");

/** A view was changed: the selection lies elsewhere on it, or nowhere. */
function moveSelection() {
  if (!selection) return;
  if (selection.kind === "point") selection.where = whereIs(selection.row);
  else if (selection.kind === "sentence") selection.where = selection.places[look.view];
  else selectPoint(selection.base ?? selection.near?.[0]?.row ?? scene.home, { quiet: true });
}

// ---- drawing it ---------------------------------------------------------------------------

function drawCard() {
  const { kind } = selection;
  const parts = { point: pointParts, place: placeParts, sentence: sentenceParts, path: pathParts }[kind]();
  card.dataset.kind = kind;
  card.replaceChildren(...parts.filter(Boolean));
}

const heading = (text, ...beside) => el("header", { class: "map-head" }, el("h3", { text }), ...beside.filter(Boolean));
const badge = (text, title, caution = false) => el("span", { class: caution ? "map-badge lp-caution" : "map-badge", text, title });
const line = (label, node) => el("div", { class: "map-line" }, el("h4", { text: label }), node);

function star(item) {
  if (item == null) return null;
  return latent.tray.star(TAB, { ...full, map: written }, 0, isText() ? item : bytes(item));
}

function pointParts() {
  const { row, original: own, item, shares, near } = selection;
  const top = isText() ? nameOf(row) : own ?? item;
  const labels = scene.tags.map(({ name, categories, ids }) => badge(categories[ids[row]], name));
  return [
    heading(`Held-out ${isText() ? "sentence" : "picture"} ${(row + 1).toLocaleString("en")}`, star(isText() ? words?.[row] : top)),
    top == null ? el("p", { class: "map-item" }) : isText() ? el("p", { class: "map-item", text: top }) : pictureNode(top, "selected"),
    words && !original && el("p", { class: "map-note", text: `The corpus is not on this machine: this is the model's reconstruction.` }),
    el("div", { class: "map-badges" }, ...labels),
    original && item != null && line("Reconstruction", isText() ? el("p", { text: item || "(nothing)" }) : pictureNode(item, "reconstruction", "map-small")),
    shareBars(shares),
    nearList(near),
  ];
}

function placeParts() {
  const { item, exact, percentile, far, away, shares, near, base } = selection;
  const how = exact == null ? null : exact
    ? badge("exact", "This plane goes through the latent space, so the place is one code.")
    : badge("approximate", "The map is curved: the codes of the nearest points are blended.", true);
  const note = base == null || view().variable == null ? "" : `The other variables are those of ${noun(1).slice(2)} ${base + 1}.`;
  return [
    heading("A place on the map", how, star(item)),
    item == null ? el("p", { class: "map-item" }) : isText() ? el("p", { class: "map-item", text: item || "(nothing)" }) : pictureNode(item, "decoded"),
    distance(percentile, far, away),
    note && el("p", { class: "map-note", text: note }),
    shareBars(shares),
    nearList(near),
  ];
}

function sentenceParts() {
  const { text, item, unknown, percentile, far, shares, near } = selection;
  return [
    heading("Your sentence", star(item)),
    el("p", { class: "map-item", text }),
    unknown.length ? el("p", { class: "map-note lp-caution", text: `The model does not know: ${unknown.slice(0, 8).join(", ")}` }) : null,
    line("Reconstruction", el("p", { text: item || "(nothing)" })),
    distance(percentile, far),
    shareBars(shares),
    nearList(near),
  ];
}

function pathParts() {
  const rows = selection.path.map(({ at, item, parts, exact }, i) => {
    const node = parts ? latent.changed(parts) : item == null ? el("span", { class: "map-wait" }) : itemNode(item, `place ${i + 1}`);
    const title = exact === false ? "approximate: decode this place" : "Decode this place";
    return el("li", {}, el("button", { type: "button", title, on: { click: () => selectPlace(at, { base: selection.base }) } }, node));
  });
  const inexact = selection.path.some(({ exact }) => exact === false);
  return [
    heading("A path", inexact ? badge("approximate", "The map is curved: the codes of the nearest points are blended.", true) : null),
    el("ol", { class: "map-steps" }, ...rows),
    button("save", "CSV of the path", () => {
      const list = selection.path.map(({ at, item, away }, i) => [i + 1, ...at, isText() ? item : "", away]);
      latent.download("path.csv", "text/csv", csv([["step", "x", "y", "decoded", "distance to the nearest code"], ...list]));
    }),
  ];
}

function pictureNode(item, label, kind = "map-picture") {
  return latent.picture(bytes(item), label, { class: kind });
}

function distance(percentile, far, away) {
  if (percentile === undefined) return el("p", { class: "map-note map-away" });
  const near = away == null ? "" : ` ${show(away)} from the nearest code.`;
  const rank = percentile == null ? "no density" : `percentile ${percentile < 10 ? show(percentile, 1) : show(percentile, 0)}`;
  return el("p", { class: "map-note map-away", title: "Density of training codes here, as a percentile of held-out codes; below 1 is far." },
    `Distance to data: ${rank}.${near} `, far ? el("span", { class: "map-badge lp-caution", text: "far from data" }) : null);
}

/** Responsibilities: a row for each variable, a bar for each mode; a bar lights its mode up. */
function shareBars(shares) {
  const box = el("div", { class: "map-shares", style: `--components: ${scene.components}` });
  for (let j = 0; j < scene.variables; j++) {
    const bars = Array.from({ length: scene.components }, (_, k) => {
      const share = shares?.[j][k] ?? 0;
      const percent = `${Math.round(100 * share)}%`;
      const fill = el("i", { "aria-hidden": "true" });
      fill.style.cssText = `height: ${100 * share}%; background: ${hueOf(k)}`;
      const label = el("small", { text: `${k + 1}` });
      return el("button", {
        type: "button", title: `${modeName(j, k)}: ${percent}. Light up its points`, "aria-label": `${modeName(j, k)} ${percent}`,
        disabled: !shares, on: { click: () => setLit([j, k]) },
      }, el("span", { class: "map-bar-box" }, fill), label);
    });
    box.append(el("div", { class: "map-share" }, el("b", { text: scene.variables > 1 ? `c${j + 1}` : "mode" }), ...bars));
  }
  return line("Responsibilities", box);
}

function nearList(near) {
  const list = (near ?? Array.from({ length: 8 })).map((each) => el("li", {}, each
    ? el("button", { type: "button", title: nameOf(each.row), on: { click: (event) => selectPoint(each.row, { time: event.timeStamp }) } },
      each.item ? latent.picture(bytes(each.item), nameOf(each.row)) : nameOf(each.row))
    : el("span", { class: "map-wait" })));
  return el("div", { class: "map-near" }, el("h4", { text: "Nearest in the latent space" }), el("ol", {}, ...list));
}
