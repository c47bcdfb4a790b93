import { figure, plain } from "../../../app/page/chart.js";
import { above, bars, faded, heat, line, note, points, rule } from "../../../app/page/charts.js";
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
  equal(axes({ low: 0 }).autorangeoptions, { minallowed: 0 });
  equal(axes({ low: 10, log: true }).autorangeoptions, { minallowed: 1 });
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

test("a row above the chart has an axis of its own, and the chart less room", () => {
  const { data, layout } = made([above(points("a", [1], [0]))], { strip: "∞" });
  equal([data[0].yaxis, data[0].showlegend], ["y2", false]);
  equal(layout.yaxis2.ticktext, ["∞"]);
  equal(layout.yaxis.domain[1] < layout.yaxis2.domain[0], true);
  equal("yaxis2" in made([]).layout, false);
});

test("letters after a _ stand lower where names are formulas, and only there", () => {
  const name = (/** @type {any} */ layout) =>
    made([line("p_θ₀ < q_a b", [], [])], layout).data[0].name;
  equal(name({ formulas: true }), "p<sub>θ₀</sub> &lt; q<sub>a</sub> b");
  equal(name({}), "p_θ₀ &lt; q_a b");
});

test("what was zoomed to is forgotten with the scene", () => {
  equal(made([], { scene: "a" }).layout.uirevision, "a");
  equal(made([]).layout.uirevision, made([]).layout.uirevision);
});

test("a pointer passes through what says nothing", () => {
  equal(points("", [], [], { hover: false }).hoverinfo, "skip");
  equal("hoverinfo" in points("", [], []), false);
  equal(points("", [], [], { said: ["<b>"] }).hovertemplate, "%{hovertext}<extra></extra>");
  equal(made([points("", [1], [1], { said: ["<b>"] })]).data[0].hovertext, ["&lt;b&gt;"]);
});
