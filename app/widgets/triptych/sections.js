// The four sections of the triptych. Rows of pictures stand below each other, so that the same
// picture, or the same step, is in the same column for every model.

const SAMPLES_NOTE = "The same random numbers where codes have one size. A code means another thing to each model, so pictures in one place need not be alike.";
let built = ""; // the models whose rows are on the page
let places = {}; // checkpoint -> { samples, rebuilt, path, moved } where its pictures go
let givenRow = null;
let pathNote = null;
let heldNote = null;

const named = (run) => el("span", { class: "trip-name" }, el("i", { style: `color: ${COLOURS[kindIndex(run.kind)]}`, "aria-hidden": "true", text: GLYPHS[kindIndex(run.kind)] }), el("b", { text: run.label }));
/** A sentence on the models that are told classes, if there are any. */
const told = (text) => look.models.filter((name) => latent.checkpoints[name]?.classes).map((name) => ` ${runOf(name).label}${text}`).join("");
const section = (title, ...children) => el("section", { class: "trip-section" }, el("h4", { text: title }), ...children);

function strip(packed, n, label) {
  const all = bytes(packed);
  const size = all.length / n;
  return Array.from({ length: n }, (_, i) => latent.picture(all.subarray(i * size, (i + 1) * size), `${label} ${i + 1}`));
}

/** A row: what it is of, its pictures, and a number; `place.fill(pictures, said)`. */
function row(head, n) {
  const pictures = el("div", { class: "trip-strip", style: `--n: ${n}` });
  const said = el("span", { class: "trip-said" });
  const node = el("div", { class: "trip-row" }, head, pictures, said);
  const empty = () => pictures.replaceChildren(...Array.from({ length: n }, () => el("span", { class: "trip-wait" })));
  empty();
  return {
    node,
    fill(nodes, text = "") {
      pictures.replaceChildren(...nodes);
      pictures.classList.remove("trip-cannot");
      said.textContent = text;
    },
    cannot(text) {
      empty(); // keeps the height of the row
      pictures.classList.add("trip-cannot");
      pictures.append(el("p", { text }));
      said.textContent = "";
    },
  };
}

// ---- the step along an attribute ----------------------------------------------------------

const kinds = el("select", { class: "lp-input", id: id("attribute"), on: { change: () => choose({ attribute: kinds.value }) } });
const slider = el("input", { type: "range", id: id("by"), min: -3, max: 3, step: 0.25, "aria-label": "How far along the attribute" });
const amount = el("output", { class: "trip-amount", for: slider.id });
const meaning = el("p", { class: "trip-note" });
slider.addEventListener("input", () => {
  look.by = String(Number(slider.value));
  amount.textContent = signed(look.by);
  moveSoon();
});
slider.addEventListener("change", () => choose({ by: String(Number(slider.value)) }));
const signed = (x) => `${Number(x) > 0 ? "+" : ""}${Number(x).toFixed(2)}`.replace("-", "\u2212");

let moving = false;
let moveAgain = false;
/** One question at a time for each model; while it is answered only the latest place is kept. */
async function moveSoon() {
  if (moving) return (moveAgain = true);
  moving = true;
  do {
    moveAgain = false;
    await Promise.all(look.models.map(moveOne));
  } while (moveAgain);
  moving = false;
}

async function moveOne(name) {
  const place = places[name]?.moved;
  if (!place) return;
  const { attribute, by, first } = look;
  const answer = await ask("move", { checkpoint: name, attribute, amount: Number(by), first: Number(first) });
  if (places[name]?.moved !== place) return;
  if (answer.error || !answer.moved) return place.cannot(answer.error ?? answer.cannot);
  const mean = (list) => {
    const known = (list ?? []).filter((x) => x != null);
    return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
  };
  const unit = props.attributes.find(([one]) => one === attribute)?.[2] ?? "";
  const [before, after] = [mean(answer.before), mean(answer.after)];
  const told = answer.told == null ? "" : `told ${classNames()[answer.told]}`;
  place.fill(strip(answer.moved, 8, "moved picture"), before == null ? told : `${show(before)} \u2192 ${show(after)} ${unit}`.trim());
  element.dataset.moved = `${attribute} ${by}`; // how tests know
}

function nameMeaning() {
  const [, title, , explanation] = props.attributes.find(([one]) => one === look.attribute) ?? [];
  const classes = classNames();
  meaning.textContent = title
    ? `${title}: ${explanation} The direction is the mean code of the fifth of 1,000 held-out pictures with most of it, less that of the fifth with least; beside each row the mean of the 8 pictures before and after.`
    : `The direction leads from the mean code of the picture's own class to that of ${classes[Number(look.attribute.slice(6))]}; means over 1,000 held-out pictures.${told(" is told the other class from half of the way on, and its code stays.")}`;
}
const classNames = () => props.classes[runOf(look.models[0])?.dataset] ?? Array.from({ length: 10 }, (_, i) => `class ${i}`);

// ---- drawing ------------------------------------------------------------------------------

function build() {
  if (built === look.models.join()) return;
  built = look.models.join();
  places = {};
  givenRow = row(el("span", { class: "trip-name", text: "Given" }), 8);
  pathNote = el("p", { class: "trip-note" });
  heldNote = el("p", { class: "trip-note" });
  for (const name of look.models) {
    const run = runOf(name);
    const samples = el("div", { class: "trip-grid" }, ...Array.from({ length: 16 }, () => el("span", { class: "trip-wait" })));
    places[name] = { samples, head: el("div", { class: "trip-column" }, named(run), samples), rebuilt: row(named(run), 8), path: row(named(run), 9), moved: row(named(run), 8) };
  }
  const each = (part) => look.models.map((name) => places[name][part].node);
  sheet.replaceChildren(
    section("Samples of one seed", el("div", { class: "trip-columns" }, ...look.models.map((name) => places[name].head)),
      el("p", { class: "trip-note", text: `${SAMPLES_NOTE}${told(" is told a class for each, drawn from the seed.")}` })),
    section("Reconstructions", givenRow.node, ...each("rebuilt"), heldNote),
    section("A path in nine steps", ...each("path"), pathNote),
    section("A step along an attribute",
      el("div", { class: "trip-bar" },
        el("div", { class: "trip-field trip-short" }, el("label", { for: kinds.id, text: "Attribute" }), kinds),
        el("div", { class: "trip-field trip-slide" }, el("label", { for: slider.id, text: "Times the direction" }), el("div", { class: "lp-field" }, slider, amount))),
      ...each("moved"), meaning));
  const classes = classNames();
  kinds.replaceChildren(...props.attributes.map(([value, text]) => el("option", { value, text })), ...classes.map((text, i) => el("option", { value: `class-${i}`, text: `Into ${text}` })));
}

async function draw(_, request, alive) {
  build();
  kinds.value = look.attribute;
  slider.value = look.by;
  amount.textContent = signed(look.by);
  nameMeaning();
  for (const name of request.models) {
    const answer = await ask("look", { checkpoint: name, seed: request.seed, first: request.first });
    if (!alive()) return;
    drawOne(name, answer);
  }
  await moveSoon();
}

function drawOne(name, answer) {
  const place = places[name];
  if (answer.error) {
    place.samples.replaceChildren(el("p", { class: "lp-error", text: answer.error }));
    for (const part of ["rebuilt", "path"]) place[part].cannot(answer.error);
    return;
  }
  place.samples.replaceChildren(...strip(answer.samples, 16, "sample"));
  givenRow.fill(strip(answer.given, 8, "given picture"), "MSE");
  heldNote.textContent = `${answer.note}${told(answer.labelled ? " is told the class of each." : " is told no class, since those of these pictures are not known.")}`;
  if (answer.rebuilt) place.rebuilt.fill(strip(answer.rebuilt, 8, "reconstruction"), show(answer.mse, 4));
  else place.rebuilt.cannot(answer.cannot);
  place.path.fill(strip(answer.path, 9, "step"));
  const own = look.models.map((one) => runOf(one)).filter((run) => !run.encodes).map((run) => run.label);
  pathNote.textContent = `From the first of these pictures to the second, along the arc between their codes.${own.length ? ` ${own.join(" and ")}: between two codes of the noise.` : ""}${answer.labelled ? told(" is told the class of the nearer end.") : ""}`;
}
