// Strips, numbers and maps of two domains, and what the numbers say.

import { chart, points } from "../../page/charts.js";
import { offer } from "../../page/choice.js";
import { el } from "../../page/dom.js";
import { count, fixed, percent } from "../../page/numbers.js";
import { bytes, picture, split } from "../../page/pictures.js";
import { id } from "./domains.js";
import { lambda, verdicts } from "./words.js";

/**
 * @typedef {import("./types.js").Classifier} Classifier
 * @typedef {import("./types.js").Entry} Entry
 * @typedef {import("./types.js").Kept} Kept
 * @typedef {import("./types.js").Strips} Strips
 * @typedef {import("./types.js").Translator} Translator
 * @typedef {import("./types.js").Ui} Ui
 */

/** @type {Record<string, [Kept, Kept]>} by direction: there, there and back */
const WAYS = {
  over: ["kept_over", "kept_over_back"],
  back: ["kept_back", "kept_back_over"],
};
const HIGH = 360; // px, of a map
const OBJECTIVE = "#v=1&tab=tradeoffs&mode=theory&objectives=of:gan/cycle_gan";

/** @param {Ui} ui */
export function drawMeasured(ui) {
  const { translators, classifiers } = ui.measured;
  const [x, y] = translators[0]?.names ?? ["first", "second"];
  offer(ui.way, [
    ["over", `${x} → ${y} → ${x}`],
    ["back", `${y} → ${x} → ${y}`],
  ]);
  drawNumbers(ui);
  const missing = [
    ...(translators.length ? [] : ["gan/cycle_gan--ink-mnist"]),
    ...(classifiers.length ? [] : ["classifier/dann--mnist-m"]),
  ];
  ui.stripsNote.textContent = missing.length
    ? `Not on this machine; train them: python scripts/train.py ${missing.join(" ")}`
    : "";
  ui.charts = classifiers.map(({ title }, k) =>
    chart({ label: `Features: ${title}`, height: HIGH, id: id(ui, `map-${k}`) }),
  );
  ui.maps.replaceChildren(
    ...classifiers.map((run, k) =>
      el("figure", {}, el("figcaption", { text: caption(run) }), ui.charts[k].node),
    ),
  );
  ui.verdict.replaceChildren(
    ...verdicts(translators, classifiers).map((text) => el("li", { text })),
  );
}

// ---- translations -------------------------------------------------------------------------

/** @param {Ui} ui @param {Strips} answer */
export function drawStrips(ui, { own, labels, given, trips }) {
  const { translators } = ui.measured;
  const names = translators[0].names;
  const [from, to] = ui.look.way === "over" ? names : [names[1], names[0]];
  const said = labels.map((label) => (label === null ? "yours" : `digit ${label}`));
  /** @type {[string, string, number[] | null][]} */
  const rows = [
    [`given, ${from}`, given, null],
    ...trips.flatMap(({ there, back, classes }, k) => {
      const name = lambda(translators[k]);
      return /** @type {[string, string, number[]][]} */ ([
        [`${name}: in ${to}`, there, classes[1]],
        [`${name}: back in ${from}`, back, classes[2]],
      ]);
    }),
  ];
  const wanted = labels.map((label, i) => label ?? trips[0]?.classes[0][i]);
  ui.strips.replaceChildren(
    el(
      "thead",
      {},
      el("tr", {}, el("td"), ...said.map((text) => el("th", { scope: "col", text }))),
    ),
    el(
      "tbody",
      {},
      ...rows.map(([title, packed, classes]) => {
        const all = split(bytes(packed), labels.length);
        return el(
          "tr",
          {},
          el("th", { scope: "row", text: title }),
          ...all.map((one, i) => {
            const lost = classes && classes[i] !== wanted[i];
            const read = classes ? `, read as ${classes[i]}` : "";
            return el(
              "td",
              { class: lost ? "domains-lost" : null },
              picture(one, `${said[i]}, ${title}${read}`),
              el("small", { text: classes ? `${lost ? "✗ " : ""}${classes[i]}` : "" }),
            );
          }),
        );
      }),
    ),
  );
  const whose = own
    ? "Your digit stands first; what it is called when it is given counts as its class. "
    : "";
  ui.stripsNote.textContent = `${whose}Below each picture: what the classifier of grey digits reads in it; ✗ where that is another class. Pictures of the validation split, the first of each class.`;
  ui.twins.strips.set(
    ["picture", "given as", ...rows.slice(1).map(([title]) => title)],
    said.map((name, i) => [name, wanted[i], ...rows.slice(1).map(([, , c]) => c?.[i] ?? "")]),
  );
}

/** @param {Ui} ui */
function drawNumbers(ui) {
  const { translators } = ui.measured;
  if (!translators.length) return ui.numbers.replaceChildren();
  const [x, y] = translators[0].names;
  const heads = ["", `${x} → ${y}`, "and back", `${y} → ${x}`, "and back", "cycle error"];
  const all = /** @type {Kept[]} */ ([...WAYS.over, ...WAYS.back]);
  const value = (/** @type {Entry} */ entry) => (entry ? `${fixed(entry.value, 1)} %` : "–");
  ui.numbers.replaceChildren(
    el("caption", {
      text: `Test pictures that keep their class, by a classifier that learned from neither (${count(translators[0].kept.kept_over?.n ?? 0)} each way)`,
    }),
    el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", { scope: "col", text })))),
    el(
      "tbody",
      {},
      ...translators.map((run) =>
        el(
          "tr",
          {},
          el(
            "th",
            { scope: "row" },
            el("a", { href: OBJECTIVE, title: "What each of its players minimises" }, run.title),
          ),
          ...all.map((one) => el("td", { text: value(run.kept[one]) })),
          el("td", { text: run.error ? fixed(run.error.value, 3) : "–" }),
        ),
      ),
      el(
        "tr",
        {},
        el("th", { scope: "row", text: "the pictures as they are" }),
        ...all.map((one) =>
          el("td", {
            text: percent((translators[0].kept[one]?.reference ?? Number.NaN) / 100, 1),
          }),
        ),
        el("td"),
      ),
    ),
  );
}

// ---- maps ---------------------------------------------------------------------------------

/** @param {Classifier} run */
const caption = ({ title, values, names }) =>
  `${title}: ${percent(values.accuracy?.value ?? Number.NaN, 1)} right in ${names[0]}, ${percent(values.target_accuracy?.value ?? Number.NaN, 1)} in ${names[1]}; the domain is told of ${percent(values.domain_guess?.value ?? Number.NaN, 1)}`;

/** @param {Classifier} run */
function unpack({ places, classes, guesses, names, n }) {
  const at = new Float32Array(bytes(places).buffer);
  const [labels, guessed] = [bytes(classes), bytes(guesses)];
  return Array.from({ length: 2 * n }, (_, i) => ({
    ...{ x: at[2 * i], y: at[2 * i + 1], label: labels[i], guess: guessed[i] },
    side: Number(i >= n),
    domain: names[Number(i >= n)],
  }));
}

/** @param {Ui} ui */
export function drawMaps(ui) {
  const { classifiers } = ui.measured;
  const byClass = ui.look.colour === "class";
  const rows = classifiers.map((run, k) => {
    const marks = unpack(run);
    const keys = byClass ? [...new Set(marks.map(({ label }) => label))].sort() : [0, 1];
    const traces = keys.flatMap((key) =>
      (byClass ? [0, 1] : [key]).map((side) => {
        const own = marks.filter((one) => one.side === side && (!byClass || one.label === key));
        return points(
          byClass ? `digit ${key}` : run.names[side],
          own.map(({ x }) => x),
          own.map(({ y }) => y),
          {
            ...{
              k: byClass ? key : 4 * side,
              size: 6,
              open: side === 0,
              silent: byClass && !side,
            },
            said: own.map(
              ({ domain, label, guess }) => `${domain}: a ${label}, taken for a ${guess}`,
            ),
          },
        );
      }),
    );
    const axis = { ticks: [] };
    ui.charts[k].draw(
      traces,
      { x: axis, y: axis, square: true, legend: true, scene: run.name },
      caption(run),
    );
    return marks;
  });
  ui.mapsNote.textContent = classifiers.length
    ? `${count(classifiers[0].n)} validation pictures of each domain, by t-SNE of the features that classes are read off: it shows who is near to whom, not how far groups are apart. Open marks: ${classifiers[0].names[0]}; filled: ${classifiers[0].names[1]}, of which no class was ever read. “Told”: how often a logistic regression names the domain of a test picture; 50 % is a guess.`
    : "";
  ui.twins.maps.set(
    ["classifier", "domain", "digit", "taken for", "x", "y"],
    rows.flatMap((marks, k) =>
      marks.map(({ domain, label, guess, x, y }) => [
        ...[classifiers[k].title, domain, label, guess],
        ...[Number(x.toFixed(2)), Number(y.toFixed(2))],
      ]),
    ),
  );
  ui.maps.dataset.colour = ui.look.colour; // how tests know
}
