// One square for each model: points, samples, the critic's surface, the mesh of the generator,
// the pull of the critic, reconstructions.

import { el, one, svg } from "../../page/dom.js";
import { count, significant } from "../../page/numbers.js";
import { COLOURS } from "../../page/palette.js";
import { drawDrawing, EXTENT } from "./drawing.js";
import { arrow, paintField, samplesOf, showTime } from "./flow.js";
import { id, remember } from "./laboratory.js";

/**
 * @typedef {import("./types.js").Frame} Frame
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").Scale} Scale
 * @typedef {import("./types.js").Ui} Ui
 */

const SIZE = 560; // pixels of a square's own
const MESH = 13; // codes along each axis, as the server's
const DASHES = ["", "7 4", "2 3", "8 3 2 3", "12 4"]; // as those of page/charts.js
/** Beside the page's own seven: no two models share a colour. */
const HUES = [...COLOURS, "#8c564b", "#7f7f7f", "#9467bd", "#17a398", "#e377c2"];

/**
 * How a model's curves look, whatever stands beside it: by its place among all models.
 * @param {Ui} ui @param {string} name
 */
export function lineOf(ui, name) {
  const k = Object.keys(ui.props.models).indexOf(name);
  return { colour: HUES[k % HUES.length], dash: k % DASHES.length, width: 2 };
}
/** @type {[letter: string, key: "data" | keyof Frame, title: string, about: string][]} */
const LAYERS = [
  ["d", "data", "Data", "real points"],
  ["s", "samples", "Samples", "samples of the model"],
  ["c", "surface", "Critic", "what the critic says of each place"],
  ["a", "pull", "Arrows", "the way the critic pulls samples"],
  ["f", "field", "Velocities", "how noise is carried to data, at the time of the flow"],
  ["m", "mesh", "Mesh", "where the decoder puts a grid of codes, ±2"],
  ["r", "copies", "Reconstructions", "from points to what the auto-encoder makes of them"],
];
export const PULL =
  "the mean length of the gradient, at the samples, of what the generator is paid for; an arrow of that length is drawn a third of a unit long.";

/** @param {HTMLCanvasElement} canvas */
export const context = (canvas) =>
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

/** @param {Ui} ui @param {string} name */
export const token = (ui, name) => getComputedStyle(ui.element).getPropertyValue(name).trim();

/** @param {string} key */
function swatch(key) {
  /** @type {Record<string, SVGElement[]>} */
  const marks = {
    data: [svg("circle", { cx: 8, cy: 8, r: 3.5, class: "lab-real" })],
    samples: [svg("circle", { cx: 8, cy: 8, r: 3.5, class: "lab-sample" })],
    surface: [
      svg("rect", { x: 1, y: 2, width: 7, height: 12, class: "lab-fake" }),
      svg("rect", { x: 8, y: 2, width: 7, height: 12, class: "lab-true" }),
    ],
    pull: [svg("path", { d: "M2 14L14 2M14 2H8M14 2V8", class: "lab-arrow" })],
    field: [
      svg("path", { d: "M1 5H13M13 5L9 2M13 5L9 8M3 12H15M15 12L11 9", class: "lab-arrow" }),
    ],
    mesh: [svg("path", { d: "M2 5H14M2 11H14M5 2V14M11 2V14", class: "lab-mesh" })],
    copies: [svg("path", { d: "M2 12L14 4", class: "lab-copy" })],
  };
  return svg(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
    ...marks[key],
  );
}

/** @param {Ui} ui @param {string} name */
export function lineSwatch(ui, name) {
  const { colour, dash, width } = lineOf(ui, name);
  return svg(
    "svg",
    { class: "lab-swatch", viewBox: "0 0 28 8", "aria-hidden": "true" },
    svg("path", {
      d: "M1 4H27",
      style: `stroke:${colour}`,
      "stroke-width": width,
      "stroke-dasharray": DASHES[dash],
    }),
  );
}

/** @param {Ui} ui */
export function buildSquares(ui) {
  ui.squares.style.setProperty("--columns", String(ui.scene.models.length));
  ui.squares.replaceChildren(
    ...ui.scene.models.map((model) =>
      el(
        "figure",
        { class: "lab-square", "data-model": model.name },
        el(
          "figcaption",
          {},
          lineSwatch(ui, model.name),
          el("b", { text: model.title }),
          el("span", { text: `${count(model.parameters)} weights` }),
        ),
        el(
          "div",
          { class: "lab-frame" },
          el("canvas", {
            width: SIZE,
            height: SIZE,
            role: "img",
            "aria-label": `${model.title}: samples and data in the plane`,
          }),
        ),
        el("p", { class: "lab-scale" }),
        el("p", { class: "lab-problem lp-problem", role: "status", hidden: true }),
        el("div", { class: "lab-losses" }),
      ),
    ),
  );
}

/** @param {Ui} ui */
export function drawSquares(ui) {
  for (const [letter, key] of LAYERS) {
    const toggle = one(ui.toggles, `[data-layer=${letter}]`);
    toggle.setAttribute("aria-pressed", String(!ui.hidden.has(letter)));
    toggle.hidden =
      key !== "data" && key !== "samples" && !ui.scene.frames.some((frame) => frame[key]);
  }
  showTime(ui);
  if (ui.pending) return drawSheets(ui);
  ui.scene.models.forEach((model, i) => {
    const frame = ui.scene.frames[i];
    const figure = ui.squares.children[i];
    drawSquare(ui, /** @type {HTMLCanvasElement} */ (one(figure, "canvas")), frame);
    one(figure, ".lab-scale").replaceChildren(...scaleOf(model, frame));
    const problem = one(figure, ".lab-problem");
    problem.hidden = !frame.problem;
    problem.textContent = frame.problem;
  });
}

/** @type {Scale} */
const x = (v) => ((v + EXTENT) * SIZE) / (2 * EXTENT);
/** @type {Scale} */
const y = (v) => ((EXTENT - v) * SIZE) / (2 * EXTENT);

/**
 * New data and no run of them yet: the points alone, in place of what was learnt of others.
 * @param {Ui} ui
 */
function drawSheets(ui) {
  for (const canvas of ui.squares.querySelectorAll("canvas")) {
    const pen = context(canvas);
    pen.clearRect(0, 0, SIZE, SIZE);
    dots(pen, ui.chosen.drawn.flat(), 3.5, null, token(ui, "--ink-2"));
  }
}

/**
 * What the colours of the surface mean, and how hard the critic pulls.
 * @param {Model} model @param {Frame} frame
 */
function scaleOf(model, frame) {
  if (!frame.surface)
    return [
      el("span", {
        text: model.players.includes("code_critic")
          ? "Its critic looks at codes, not at points."
          : "No critic.",
      }),
    ];
  const ends =
    model.critic === "logit"
      ? ["D = 0, made", "1, real"]
      : [significant(frame.low, 2), significant(frame.high, 2)];
  return [
    el("span", { text: ends[0] }),
    el("i", { class: "lab-bar", "aria-hidden": "true" }),
    el("span", { text: ends[1] }),
    el("span", {
      class: "lab-slope",
      text: `mean pull ${significant(frame.slope, 2)}`,
      title: PULL,
    }),
  ];
}

/** @param {Ui} ui @param {HTMLCanvasElement} canvas @param {Frame} frame */
function drawSquare(ui, canvas, frame) {
  const pen = context(canvas);
  const on = (/** @type {string} */ letter) => !ui.hidden.has(letter);
  pen.clearRect(0, 0, SIZE, SIZE);
  if (frame.surface && on("c")) paintSurface(ui, pen, frame.surface);
  if (on("d")) dots(pen, ui.scene.real, 3.5, null, token(ui, "--ink-2"));
  if (frame.mesh && on("m")) paintMesh(ui, pen, frame.mesh);
  if (frame.copies && on("r")) segments(pen, ui.scene.real, frame.copies, token(ui, "--accept"));
  if (frame.field && on("f")) paintField(ui, pen, frame.field, EXTENT, x, y);
  if (on("s")) dots(pen, samplesOf(ui, frame), 3.2, token(ui, "--ink"), null);
  if (frame.pull && on("a")) paintPull(ui, pen, frame);
}

/**
 * @param {CanvasRenderingContext2D} pen @param {ArrayLike<number>} points @param {number} r
 * @param {string | null} fill @param {string | null} stroke
 */
function dots(pen, points, r, fill, stroke) {
  pen.beginPath();
  for (let i = 0; i < points.length; i += 2) {
    const [px, py] = [x(points[i]), y(points[i + 1])];
    if (!(px > -9 && px < SIZE + 9 && py > -9 && py < SIZE + 9)) continue;
    pen.moveTo(px + r, py);
    pen.arc(px, py, r, 0, 7);
  }
  pen.lineWidth = 1;
  if (fill) (pen.fillStyle = fill), pen.fill();
  if (stroke) (pen.strokeStyle = stroke), pen.stroke();
}

/**
 * @param {CanvasRenderingContext2D} pen @param {Float32Array} from @param {Float32Array} to
 * @param {string} colour
 */
function segments(pen, from, to, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (let i = 0; i < to.length; i += 2) {
    pen.moveTo(x(from[i]), y(from[i + 1]));
    pen.lineTo(x(to[i]), y(to[i + 1]));
  }
  pen.stroke();
}
/** @param {Ui} ui @param {CanvasRenderingContext2D} pen @param {Uint8Array} values */
function paintSurface(ui, pen, values) {
  const side = Math.sqrt(values.length);
  ui.surfacePaint.width = ui.surfacePaint.height = side;
  const paint = context(ui.surfacePaint);
  const image = paint.createImageData(side, side);
  const hues = [token(ui, "--lab-fake"), token(ui, "--lab-true")].map((hex) =>
    [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)),
  );
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const off = (values[row * side + column] - 127.5) / 127.5;
      const at = 4 * ((side - 1 - row) * side + column);
      image.data.set([...hues[Number(off > 0)], 190 * Math.abs(off)], at);
    }
  paint.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = true;
  pen.drawImage(ui.surfacePaint, 0, 0, SIZE, SIZE);
}

/** @param {Ui} ui @param {CanvasRenderingContext2D} pen @param {Float32Array} mesh */
function paintMesh(ui, pen, mesh) {
  const n = mesh.length / 2;
  const lines =
    n === MESH * MESH
      ? Array.from({ length: 2 * MESH }, (_, k) =>
          Array.from({ length: MESH }, (_, i) => (k < MESH ? k * MESH + i : i * MESH + k - MESH)),
        )
      : [Array.from({ length: n }, (_, i) => i)];
  pen.strokeStyle = token(ui, "--accent");
  pen.lineWidth = n === MESH * MESH ? 1 : 2.5;
  pen.globalAlpha = 0.75;
  pen.beginPath();
  for (const line of lines)
    line.forEach((i, k) =>
      k
        ? pen.lineTo(x(mesh[2 * i]), y(mesh[2 * i + 1]))
        : pen.moveTo(x(mesh[2 * i]), y(mesh[2 * i + 1])),
    );
  pen.stroke();
  pen.globalAlpha = 1;
}

/**
 * Arrows of a third of a unit for the mean pull, at most twice that.
 * @param {Ui} ui @param {CanvasRenderingContext2D} pen @param {Frame} frame
 */
function paintPull(ui, pen, { samples, pull, slope }) {
  if (!pull || !(slope > 0)) return;
  pen.strokeStyle = token(ui, "--lab-arrow");
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (let i = 0; i < pull.length; i += 2) {
    const length = Math.hypot(pull[i], pull[i + 1]);
    if (!(length > 0)) continue;
    const drawn = Math.min(0.66, (0.33 * length) / slope) / length;
    const [ax, ay] = [x(samples[i]), y(samples[i + 1])];
    const [bx, by] = [x(samples[i] + drawn * pull[i]), y(samples[i + 1] + drawn * pull[i + 1])];
    arrow(pen, ax, ay, bx, by);
  }
  pen.stroke();
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.hidden = new Set(); // letters of layers that are switched off
  ui.squares = el("div", { class: "lab-squares" });
  ui.toggles = el(
    "div",
    { class: "lp-legend lab-toggles", role: "group", "aria-label": "What the squares show" },
    ...LAYERS.map(([letter, key, title, about]) =>
      el(
        "button",
        {
          type: "button",
          title: about,
          id: id(ui, `show-${key}`),
          "data-layer": letter,
          on: {
            click: () => (
              ui.hidden.has(letter) ? ui.hidden.delete(letter) : ui.hidden.add(letter),
              drawSquares(ui),
              remember(ui)
            ),
          },
        },
        swatch(key),
        el("span", { text: title }),
      ),
    ),
  );
  /** Two hues from the middle, which is the paper's own colour: below blue-green, above orange. */
  ui.surfacePaint = el("canvas");
  new MutationObserver(
    () =>
      ui.scene?.frames[0].samples &&
      (drawSquares(ui), ui.chosen.data === "drawn" && drawDrawing(ui)),
  ).observe(document.body, { attributeFilter: ["class"] });
}
