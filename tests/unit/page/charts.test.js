import { figure, plain } from "../../../app/page/chart.js";
import { bars, faded, heat, line, note, points, rule } from "../../../app/page/charts.js";
import { equal, test } from "./check.js";

/** @param {any[]} traces @param {any} [layout] @returns {any} */
const made = (traces, layout = {}) => figure({ traces, layout }, { height: 200 });

test("what a person typed is shown as it is, not as markup", () => {
  const [trace] = made([points("<b>a</b> & b", ["<i>x</i>"], [1], { text: ["<a>"] })]).data;
  equal(trace.name, "&lt;b&gt;a&lt;/b&gt; &amp; b");
  equal([trace.x, trace.text], [["&lt;i&gt;x&lt;/i&gt;"], ["&lt;a&gt;"]]);
  equal(plain("a<b"), "a&lt;b");
  equal(note("<u>", 0, 0).text, "&lt;u&gt;");
});

test("numbers stay numbers", () => {
  const y = new Float32Array([1, 2]);
  equal(made([line("a", [1, 2], y)]).data[0].y === y, true);
});

test("categories differ by colour, and by dash or symbol", () => {
  const styles = [0, 1, 2, 3, 4].map((k) => [
    line("", [], [], { k }).line,
    points("", [], [], { k }).marker,
  ]);
  equal(new Set(styles.map(([{ color }]) => color)).size, 5);
  equal(new Set(styles.map(([{ dash }]) => dash)).size, 5);
  equal(new Set(styles.map(([, { symbol }]) => symbol)).size, 5);
});

test("the first row of a heat map, and of bars that lie, is on top", () => {
  equal(made([heat([[1], [2]])]).layout.yaxis.autorange, "reversed");
  equal(made([bars("", ["a"], [1], { across: true })]).layout.yaxis.autorange, "reversed");
  equal("autorange" in made([bars("", ["a"], [1])]).layout.yaxis, false);
});

test("an axis is as long as its data where nothing else is said", () => {
  const axes = (/** @type {any} */ y) => made([], { y }).layout.yaxis;
  equal(axes({ low: 0, high: 1 }).range, [0, 1]);
  equal(axes({ low: 0, high: 1 }).autorange, false);
  equal(axes({ low: 0 }).autorange, "max");
  equal(axes({ low: 10, log: true }).range[0], 1);
  equal("range" in axes("nats"), false);
  equal(axes("nats").title.text, "nats");
});

test("one series needs no legend, two have one, silent ones do not count", () => {
  const silent = line("b", [], [], { silent: true });
  equal(made([line("a", [], [])]).layout.showlegend, false);
  equal(made([line("a", [], []), silent]).layout.showlegend, false);
  equal(made([line("a", [], []), line("b", [], [])]).layout.showlegend, true);
});

test("a rule goes all the way", () => {
  const level = /** @type {any} */ (rule({ y: 2 }));
  equal([level.y0, level.y1, level.x0, level.x1, level.xref], [2, 2, 0, 1, "paper"]);
});

test("a colour, or a token, lets through what lies behind", () => {
  equal(faded("#ff8000", 0.5), "rgba(255, 128, 0, 0.5)");
  equal(faded("--ink"), "--ink/0.18");
});
