// Each method as a card: its sentence against the original, its budget, its verdict.
// Joined to attack.js by widget.py; shares its names.

const original = el("section", { class: "attack-original", "aria-label": "The sentence that is attacked" });
const cards = el("div", { class: "attack-cards" });
const rowTable = tableTwin("Every step as a table");
const COLUMNS = ["method", "step", "action", "accepted", "p of the label wanted", "trials", "forward passes", "sentence"];
const curveBox = el("section", { class: "attack-curve" });
life.body.append(original, cards, curveBox, rowTable.details);
element.prepend(form);
life.tools.prepend(
  button("save", "JSON", saveJson, { id: id("json") }),
  button("save", "CSV of the steps", () => latent.download("attack.csv", "text/csv", csv([COLUMNS, ...rowTable.rows()])), { id: id("csv") }));

const labelWanted = () => scene.labels[scene.wanted];

function drawStart() {
  const { premise, start, labels, label, p } = scene;
  const given = premise && el("p", { class: "attack-premise" }, el("span", { class: "chain-note", text: "Premise, left as it is: " }), premise);
  original.replaceChildren(...(given ? [given] : []),
    el("p", { class: "lp-sentence attack-sentence", text: start.text }),
    el("div", { class: "attack-classes" }, ...labels.map((name, k) => el("span", { class: "attack-class" },
      el("span", { text: k === label ? `${name} (its label)` : k === scene.wanted ? `${name} (wanted)` : name }),
      el("span", { class: "attack-track" }, el("i", { style: `width:${100 * p[k]}%` })), el("b", { text: percent(p[k]) }))),
    start.perplexity == null ? null : el("span", { class: "chain-note", text: `perplexity ${number(start.perplexity)}` })));
}

function drawScene() {
  if (place === Infinity || place > reach()) place = Infinity;
  drawCards();
  drawCurve();
  rowTable.set(COLUMNS, METHODS.flatMap(({ key, title }) => (scene.rows[key] ?? []).map((row) =>
    [title, row.n + 1, row.action, row.accepted ? "yes" : "no", row.p.toPrecision(4), row.trials, row.passes, row.text])));
  element.dataset.rows = rowTable.rows().length; // how tests know
  element.dataset.done = Object.keys(scene.verdicts).length ? "yes" : "no";
}

/** The row of a method at the cursor; null before its first. */
const rowAt = (key) => scene.rows[key].findLast((row) => row[axis] <= place) ?? null;

function drawCards() {
  cards.replaceChildren(...METHODS.filter(({ key }) => scene.rows[key]).map(card));
}

function card(method) {
  const { key, title, about } = method;
  const [rows, verdict] = [scene.rows[key], scene.verdicts[key]];
  const row = rowAt(key);
  const p = row?.p ?? scene.p[scene.wanted];
  const accepted = rows.filter((each) => each.accepted && each[axis] <= place).length;
  const seen = rows.filter((each) => each[axis] <= place).length;
  const steps = key === "genetic" ? `${count(seen)} ${seen === 1 ? "generation" : "generations"}, ${count(accepted)} with a better sentence` : `${count(accepted)} of ${count(seen)} proposals accepted`;
  return el("article", { class: "attack-card", "data-method": key, "aria-label": title },
    el("header", {}, mark(METHODS.indexOf(method)), el("h3", { text: title }), said(method, verdict)),
    el("p", { class: "chain-note attack-about", text: about }),
    el("p", { class: "lp-sentence attack-sentence" }, latent.changed(row?.parts ?? scene.start.parts)),
    gauge(`P(${labelWanted()})`, p, percent(p), scene.labels.length === 2),
    gauge("Trials", (row?.trials ?? 0) / scene.settings.trials, `${count(row?.trials ?? 0)} of ${count(scene.settings.trials)}`),
    gauge("Forward passes", (row?.passes ?? 0) / Math.max(1, ...Object.values(scene.rows).map((all) => all.at(-1)?.passes ?? 0)), count(row?.passes ?? 0)),
    el("p", { class: "chain-note", text: `${steps}${verdict?.perplexity == null ? "" : `; perplexity at the end ${number(verdict.perplexity)}`}` }));
}

/** What became of it; a success only counts once the classifier, asked afresh, agrees. */
function said({ key }, verdict) {
  if (verdict?.flipped)
    return el("span", { class: "attack-verdict attack-won", title: `The classifier was asked afresh with the sentence as text: P(${labelWanted()}) = ${percent(verdict.p)}`, text: `✔ misled, verified after ${count(verdict.passes)} passes` });
  if (verdict) return el("span", { class: "attack-verdict attack-lost", text: verdict.trials < scene.settings.trials ? "✕ claimed, not confirmed" : `✕ not misled in ${count(verdict.trials)} trials` });
  return el("span", { class: "attack-verdict", text: running ? "running" : "not verified" });
}

function gauge(label, share, text, half = false) {
  return el("div", { class: "attack-gauge" }, el("span", { text: label }),
    el("span", { class: half ? "attack-track attack-half" : "attack-track", "aria-hidden": "true" }, el("i", { style: `width:${100 * Math.min(1, share)}%` })), el("b", { text }));
}

function saveJson() {
  const { settings: asked, labels, label, wanted, premise, start, rows, verdicts } = scene;
  const plain = Object.fromEntries(Object.entries(rows).map(([key, all]) => [key, all.map(({ parts, ...row }) => row)]));
  const { parts, ...before } = start;
  const content = { format: "latent-playground/attack", version: 1, settings: asked, labels, label, wanted, premise, start: before, methods: plain, verdicts };
  latent.download("attack.json", "application/json", `${JSON.stringify(content, null, 1)}\n`);
}
