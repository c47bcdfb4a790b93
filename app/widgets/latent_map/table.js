// The table twin of the map, what the lasso holds, exports, and the offer to compute a map.

const ROWS = 500; // shown at once; exports hold all
const THUMBNAILS = 100;

const caption = el("summary");
const body = el("div", { class: "map-scroll", tabindex: "0", role: "region", "aria-label": "Points as a table" });
const unlasso = button("close", "Clear the lasso", () => {
  lassoed = null;
  status.textContent = "";
  relight();
  drawTable();
}, { hidden: true });
table.append(caption, el("div", { class: "map-tools" },
  button("save", "CSV", () => exportRows("csv"), { id: id("csv") }),
  button("save", "JSON", () => exportRows("json"), { id: id("json") }), unlasso), body);
table.addEventListener("toggle", () => drawTable());

/** Rows that are drawn and lit: the lasso's, the search's, a mode's, or all. */
function litRows() {
  const rows = [];
  for (let i = 0; i < level.length; i++) if (level[i] === 2) rows.push(i);
  return rows;
}

function drawTable() {
  const rows = litRows();
  unlasso.hidden = !lassoed;
  const what = lassoed ? "inside the lasso" : matches ? "found" : look.lit ? `of ${modeName(...look.lit)}` : "drawn";
  caption.textContent = `Table: ${noun(rows.length)} ${what}${rows.length > ROWS ? `, the first ${ROWS}` : ""}`;
  element.dataset.rows = rows.length; // how tests know
  if (!table.open) return;
  const heads = ["Number", isText() ? (original ? "Sentence" : "Reconstruction") : "Picture",
    ...scene.tags.map(({ name }) => name), ...scene.modes.map((_, j) => (scene.variables > 1 ? `c${j + 1}` : "mode")), ...(scene.lengths ? ["length"] : [])];
  const thumbs = [];
  const lines = rows.slice(0, ROWS).map((row, i) => {
    const open = el("button", { type: "button", on: { click: () => selectPoint(row) } }, isText() ? nameOf(row) : `picture ${row + 1}`);
    if (!isText() && i < THUMBNAILS) thumbs.push([row, open]);
    return el("tr", {}, el("td", { text: row + 1 }), el("td", {}, open),
      ...scene.tags.map(({ categories, ids }) => el("td", { text: categories[ids[row]] })),
      ...scene.modes.map((modes) => el("td", { text: modes[row] + 1 })),
      ...(scene.lengths ? [el("td", { text: scene.lengths[row] })] : []));
  });
  body.replaceChildren(el("table", {},
    el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", { text, scope: "col" })))), el("tbody", {}, ...lines)));
  if (thumbs.length) fillThumbnails(thumbs);
}

async function fillThumbnails(thumbs) {
  const answer = await ask("pictures", { rows: thumbs.map(([row]) => row) });
  answer.items?.forEach((item, i) => thumbs[i][1].replaceChildren(latent.picture(bytes(item), nameOf(thumbs[i][0]))));
}

function exportRows(kind) {
  const { points: xy } = view();
  const records = litRows().map((row) => ({
    number: row + 1,
    ...(isText() ? { [original ? "sentence" : "reconstruction"]: nameOf(row) } : {}),
    ...Object.fromEntries(scene.tags.map(({ name, categories, ids }) => [name, categories[ids[row]]])),
    ...Object.fromEntries(scene.modes.map((modes, j) => [scene.variables > 1 ? `c${j + 1}` : "mode", modes[row] + 1])),
    ...Object.fromEntries(scene.sure.map((sure, j) => [scene.variables > 1 ? `responsibility_c${j + 1}` : "responsibility", Number((sure[row] / 255).toFixed(3))])),
    ...(scene.lengths ? { length: scene.lengths[row] } : {}),
    [`${look.view}_x`]: Number(xy[2 * row].toPrecision(6)),
    [`${look.view}_y`]: Number(xy[2 * row + 1].toPrecision(6)),
  }));
  if (!records.length) return fail("Nothing is lit, so there is nothing to save. Clear the search or the lasso.");
  if (kind === "csv") {
    const heads = Object.keys(records[0]);
    latent.download("points.csv", "text/csv", csv([heads, ...records.map((record) => heads.map((key) => record[key]))]));
  } else {
    const { checkpoint } = scene;
    const made = { checkpoint, fingerprint: latent.checkpoints[checkpoint]?.fingerprint ?? "", map: scene.settings, points: records };
    latent.download("points.json", "application/json", `${JSON.stringify(made, null, 1)}\n`);
  }
}

// ---- no map yet ---------------------------------------------------------------------------

let watching = 0;
function stopWatching() {
  clearTimeout(watching);
  watching = 0;
}

function showAbsence({ absent, command, offer }) {
  const progress = el("progress", { class: "lp-progress", max: 100, value: 0, "aria-label": "Progress", hidden: true });
  const said = el("p", { class: "map-note", role: "status", text: offer.estimate });
  const begin = button(null, "Compute the map", () => follow("compute"), { class: "lp-button map-primary", disabled: !offer.allowed });
  const stop = button("close", "Cancel", async () => {
    if (stop.hidden) return; // Escape presses it too
    stopWatching();
    const { written } = await ask("cancel", {});
    idle(written ? "It was finished before. Reload the page to see the map." : "Cancelled. Nothing was written.");
  }, { hidden: true, "data-key": "escape" });
  missing.replaceChildren(
    el("h3", { text: "No map to show" }), el("p", { text: `${absent.split(" `")[0]} This command makes one:` }),
    el("pre", { tabindex: "0", "aria-label": "Command", text: command }),
    el("div", { class: "map-tools" }, begin, stop, progress), said);

  function idle(text) {
    said.textContent = text;
    begin.hidden = false;
    stop.hidden = progress.hidden = true;
  }
  async function follow(question) {
    begin.hidden = true;
    stop.hidden = progress.hidden = false;
    const mine = scene;
    const answer = await ask(question, {});
    if (scene !== mine || !stopped(answer)) return;
    if (answer.error) return idle(answer.error);
    progress.value = answer.percent;
    said.textContent = `${answer.stage}, ${answer.percent}%, ${answer.seconds} s`;
    if (answer.done) return void ((scene = null), life.view.rerun());
    watching = setTimeout(() => follow("computing"), 700);
  }
  const stopped = () => !stop.hidden;
  if (offer.running) follow("computing");
}
