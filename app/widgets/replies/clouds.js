// Two clouds of codes along the training: those of held-out replies, and those that the prior
// makes of the same contexts. Moments are played as in the eight panels.
// @ts-check
import { el, tableTwin } from "../../page/dom.js";
import { count, fixed } from "../../page/numbers.js";
import { COLOURS, mark, SYMBOLS } from "../../page/palette.js";
import { bytes, pen as penOf } from "../../page/pictures.js";

/**
 * @typedef {{steps: number[], posterior: string, prior: string}} Answer codes, float32 in base64
 * @typedef {{steps: number[], kinds: Float32Array[]}} Clouds each kind moment by moment, x and y
 */

const SPEED = 2; // moments a second
const [WIDE, HIGH] = [520, 320];
const KINDS = ["of the replies", "of the prior"];
const LOOKS = [0, 4]; // their colours and marks
const COLUMNS = ["step", "between the middles", `spread ${KINDS[0]}`, `spread ${KINDS[1]}`];

/** @param {Answer} answer @returns {Clouds} */
export function unpack({ steps, posterior, prior }) {
  return { steps, kinds: [posterior, prior].map((text) => new Float32Array(bytes(text).buffer)) };
}

/**
 * Codes of one kind at `place`, a number between two moments: x and y in turn.
 * @param {Clouds} clouds
 * @param {number} kind
 * @param {number} place
 */
export function codesAt({ steps, kinds }, kind, place) {
  const size = kinds[kind].length / steps.length;
  const [a, b] = [Math.floor(place), Math.ceil(place)].map((s) =>
    kinds[kind].subarray(s * size, (s + 1) * size),
  );
  return a.map((x, i) => x + (place % 1) * (b[i] - x));
}

/** @param {Float32Array} codes @returns {{middle: number[], spread: number}} */
function moments(codes) {
  const n = codes.length / 2;
  const mean = [0, 1].map(
    (axis) => codes.reduce((sum, x, i) => sum + (i % 2 === axis ? x : 0), 0) / n,
  );
  const squares = codes.reduce((sum, x, i) => sum + (x - mean[i % 2]) ** 2, 0);
  return { middle: mean, spread: Math.sqrt(squares / n) };
}

/**
 * The numbers behind the drawing, a row for each moment.
 * @param {Clouds} clouds
 */
export function rows(clouds) {
  return clouds.steps.map((step, s) => {
    const [a, b] = [0, 1].map((kind) => moments(codesAt(clouds, kind, s)));
    const apart = Math.hypot(a.middle[0] - b.middle[0], a.middle[1] - b.middle[1]);
    return [step, ...[apart, a.spread, b.spread].map((x) => Number(x.toFixed(3)))];
  });
}

/**
 * The drawing, its scrubber and its table.
 * @param {Answer} answer
 * @param {string} name of the elements
 * @param {string | null} moment that is shown first; null for the last
 * @param {(moment: string | null) => void} rest hears at which moment it comes to rest
 */
export function clouds(answer, name, moment, rest) {
  const all = unpack(answer);
  const last = all.steps.length - 1;
  const first = Math.min(Number(moment ?? last), last);
  const canvas = el("canvas", { class: "replies-clouds", role: "img" });
  const scrub = el("input", {
    ...{ type: "range", id: `${name}-scrub`, min: 0, max: last, step: 1, value: first },
    "aria-label": "Moment of the training",
  });
  const play = el("button", { type: "button", class: "lp-button", id: `${name}-play` });
  const when = el("output", { for: scrub.id, class: "replies-facts" });
  const twin = tableTwin("The clouds as a table");
  twin.set(COLUMNS, rows(all));
  const resting = () => rest(view.at === last ? null : String(view.at));
  /** @type {View} */
  const view = { all, canvas, scrub, play, when, resting, playing: false, frame: 0, at: first };
  scrub.addEventListener("input", () => go(view, Number(scrub.value)));
  scrub.addEventListener("change", resting);
  play.addEventListener("click", () => (view.playing ? halt(view) : run(view)));
  new ResizeObserver(() => draw(view)).observe(canvas);
  namePlay(view);
  settle(view);
  const legend = KINDS.map((kind, i) => el("span", {}, mark(LOOKS[i]), `codes ${kind}`));
  return el(
    "section",
    { class: "replies-training", "aria-label": "Codes along the training" },
    el("div", { class: "replies-fields" }, play, scrub, when),
    el("div", { class: "replies-legend" }, ...legend),
    canvas,
    el("p", {
      class: "replies-note",
      text: "Codes of the same held-out replies, and codes that the prior makes of their contexts, in the two directions in which they spread most at the end. The frame is as wide as the clouds: how wide, the table says.",
    }),
    twin.details,
  );
}

/** @typedef {{all: Clouds, canvas: HTMLCanvasElement, scrub: HTMLInputElement,
 *   play: HTMLElement, when: HTMLElement, resting: () => void, playing: boolean, frame: number,
 *   at: number}} View */

/** @param {View} view */
function draw({ all, canvas, at }) {
  const wide = canvas.clientWidth;
  if (!wide) return;
  const [unit, scale] = [wide / WIDE, window.devicePixelRatio || 1];
  [canvas.width, canvas.height] = [wide * scale, HIGH * unit * scale].map(Math.round);
  const pen = penOf(canvas);
  pen.scale(scale * unit, scale * unit);
  const both = all.kinds.map((_, kind) => codesAt(all, kind, at));
  const reach = 1.1 * Math.max(...both.flatMap((codes) => [...codes].map(Math.abs)), 1e-6);
  pen.globalAlpha = 0.75;
  for (const kind of [0, 1]) {
    const codes = both[kind];
    pen.fillStyle = COLOURS[LOOKS[kind]];
    pen.beginPath();
    for (let i = 0; i < codes.length; i += 2) {
      const [x, y] = [WIDE / 2, HIGH / 2].map((middle, axis) => {
        const off = (codes[i + axis] / reach) * (HIGH / 2);
        return axis ? middle - off : middle + off;
      });
      pen.moveTo(x, y);
      SYMBOLS[LOOKS[kind] % SYMBOLS.length](pen, x, y, 3);
    }
    pen.fill();
  }
}

/** What says which moment is shown, once it rests there. @param {View} view */
function settle(view) {
  const { all, scrub, when, canvas } = view;
  const place = Math.round(view.at);
  const step = count(all.steps[place]);
  scrub.value = String(place);
  scrub.setAttribute("aria-valuetext", `${step} steps`);
  when.textContent = `step ${step}`;
  const [, apart] = rows({
    steps: [all.steps[place]],
    kinds: all.kinds.map((_, kind) => codesAt(all, kind, place)),
  })[0];
  const size = all.kinds[0].length / all.steps.length / 2;
  const said = `${size} codes ${KINDS[0]} and as many ${KINDS[1]} at step ${step}`;
  canvas.setAttribute("aria-label", `${said}; their middles are ${fixed(apart)} apart`);
  canvas.dataset.step = String(all.steps[place]); // how tests know
  draw(view);
}

/** @param {View} view @param {number} place */
function go(view, place) {
  if (view.playing) halt(view);
  view.at = place;
  settle(view);
}

/** @param {View} view */
function run(view) {
  const end = view.all.steps.length - 1;
  if (view.at >= end) view.at = 0;
  view.playing = true;
  namePlay(view);
  settle(view);
  const [began, from] = [performance.now(), view.at];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const tick = (/** @type {number} */ time) => {
    if (!view.playing || !view.canvas.isConnected) return;
    const place = Math.min(end, from + (Math.max(0, time - began) / 1000) * SPEED);
    const passed = Math.floor(place) !== Math.floor(view.at);
    view.at = calm.matches ? Math.floor(place) : place;
    if (passed) settle(view);
    else draw(view);
    if (place >= end) return halt(view);
    view.frame = requestAnimationFrame(tick);
  };
  view.frame = requestAnimationFrame(tick);
}

/** @param {View} view */
function halt(view) {
  view.playing = false;
  cancelAnimationFrame(view.frame);
  view.at = Math.round(view.at);
  namePlay(view);
  settle(view);
  view.resting();
}

/** @param {View} view */
function namePlay({ play, playing }) {
  play.textContent = playing ? "❚❚" : "▶";
  play.title = playing ? "Pause" : "Play the training";
  play.setAttribute("aria-label", play.title);
}
