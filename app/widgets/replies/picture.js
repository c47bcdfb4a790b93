// What could be said next, as places: a mode of the prior is two ellipses (one and two standard
// deviations in the two directions that the prior is widest in), a reply a symbol where its code
// lies. A press asks what a place says, a pull from one reply to another what lies between them.
import { el, svg } from "../../page/dom.js";
import { COLOURS, GLYPHS } from "../../page/palette.js";

/**
 * @typedef {import("./types.js").Covariance} Covariance
 * @typedef {import("./types.js").Drawn} Drawn
 * @typedef {import("./types.js").Frame} Frame
 * @typedef {import("./types.js").Hears} Hears
 * @typedef {import("./types.js").Modes} Modes
 * @typedef {import("./types.js").Place} Place
 */

const [WIDE, HIGH, EDGE] = [520, 320, 22]; // of the drawing, in its own units
const NEAR = 14; // of these units: so close to a symbol is on it
/** @type {Record<string, Place>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
const STEP = 0.03; // of the picture's width, by which an arrow key moves the ring
const DASHES = ["", "8 4", "2 3", "9 3 2 3", "1 5"];

/** @param {number | null} k a mode */
export const hue = (k) => COLOURS[(k ?? 0) % COLOURS.length];
/** @param {number | null} k a mode */
export const glyph = (k) => GLYPHS[(k ?? 0) % GLYPHS.length];

/**
 * Half axes and angle (degrees) of a covariance's ellipse at one standard deviation.
 * @param {Covariance} covariance
 */
function ellipse([[a, b], [, d]]) {
  const middle = (a + d) / 2;
  const off = Math.hypot((a - d) / 2, b);
  const angle = (Math.atan2(2 * b, a - d) / 2) * (180 / Math.PI);
  return { rx: Math.sqrt(middle + off), ry: Math.sqrt(Math.max(0, middle - off)), angle };
}

/**
 * How places of the world lie on the drawing: all that is on it, with the same scale both ways.
 * @param {Pick<Modes, "centres" | "covariances">} found
 * @param {{place: Place}[]} replies
 * @returns {Frame}
 */
function frame(found, replies) {
  const reach = found.covariances.map((c) => 2.2 * Math.sqrt(Math.max(c[0][0], c[1][1], 1e-12)));
  const spots = replies.map(({ place }) => place);
  const of = (/** @type {number} */ i) => [
    ...found.centres.flatMap((c, k) => [c[i] - reach[k], c[i] + reach[k]]),
    ...spots.map((place) => place[i]),
  ];
  const [xs, ys] = [of(0), of(1)];
  const middle = [xs, ys].map((v) => (Math.min(...v) + Math.max(...v)) / 2);
  const spans = [xs, ys].map((v) => Math.max(...v) - Math.min(...v) || 1);
  const scale = Math.min((WIDE - 2 * EDGE) / spans[0], (HIGH - 2 * EDGE) / spans[1]);
  return {
    scale,
    to: ([x, y]) => [WIDE / 2 + (x - middle[0]) * scale, HIGH / 2 - (y - middle[1]) * scale],
    from: ([x, y]) => [middle[0] + (x - WIDE / 2) / scale, middle[1] - (y - HIGH / 2) / scale],
  };
}

/** @param {{label: string, id: string} & Hears} given */
export function picture({ label, id, ask, pick, way }) {
  const node = svg("svg", {
    ...{ id, class: "replies-picture", viewBox: `0 0 ${WIDE} ${HIGH}`, tabindex: "0" },
    ...{ role: "group", "aria-label": label },
  });
  const found = { weights: [], centres: [], covariances: [] };
  /** @type {Drawn} */
  const pic = {
    ...{ node, found, shown: false, frame: frame(found, [{ place: [0, 0] }]) },
    ...{ replies: [], own: null, ring: null, picked: -1, held: null },
  };
  listen(pic, { ask, pick, way });
  return {
    node,
    /** @param {Modes} found the modes alone: nothing is said yet */
    moves(found) {
      Object.assign(pic, { found, shown: true, replies: [], own: null, ring: null, picked: -1 });
      paint(pic);
    },
    /** @param {Partial<Drawn>} given */
    set(given) {
      Object.assign(pic, given);
      paint(pic);
    },
  };
}

/** @param {Drawn} pic */
function paint(pic) {
  if (!pic.held) pic.frame = frame(pic.found, pic.own ? [...pic.replies, pic.own] : pic.replies);
  /** @type {SVGElement[]} */
  const parts = [...pic.found.centres.flatMap((_, k) => mode(pic, k))];
  if (pic.own) parts.push(...ownMark(pic, pic.own));
  parts.push(...pic.replies.map((_, i) => replyMark(pic, i)));
  if (pic.held?.to) parts.push(thread(pic, pic.held.from, pic.held.to));
  if (pic.ring) parts.push(ringMark(pic, pic.ring));
  pic.node.replaceChildren(...parts);
}

/**
 * @param {Drawn} pic
 * @param {Place} centre
 * @param {Covariance} covariance
 * @param {number} sigmas
 * @param {Record<string, any>} look
 */
function oval(pic, centre, covariance, sigmas, look) {
  const { rx, ry, angle } = ellipse(covariance);
  const [cx, cy] = pic.frame.to(centre);
  const size = { rx: rx * sigmas * pic.frame.scale, ry: ry * sigmas * pic.frame.scale };
  const transform = `rotate(${-angle} ${cx} ${cy})`;
  return svg("ellipse", { cx, cy, ...size, transform, fill: "none", ...look });
}

/** @param {Drawn} pic @param {number} k */
function mode(pic, k) {
  const { weights, centres, covariances } = pic.found;
  const several = weights.length > 1;
  const look = { stroke: several ? hue(k) : "var(--ink-2)", "stroke-dasharray": DASHES[k % 5] };
  return [
    oval(pic, centres[k], covariances[k], 2, { ...look, "stroke-width": 1, opacity: 0.6 }),
    oval(pic, centres[k], covariances[k], 1, { ...look, "stroke-width": 2 }),
  ];
}

/** @param {Drawn} pic @param {number} i */
function replyMark(pic, i) {
  const { place, mode: k, text } = pic.replies[i];
  const [x, y] = pic.frame.to(place);
  const chosen = i === pic.picked;
  return svg(
    "text",
    {
      ...{ x, y: y + 6, "text-anchor": "middle", fill: hue(k), "data-reply": i },
      class: chosen ? "replies-mark replies-picked" : "replies-mark",
    },
    glyph(k),
    svg("title", {}, text || "(nothing)"),
  );
}

/** @param {Drawn} pic @param {import("./types.js").Mine} own */
function ownMark(pic, { place, covariance, reply }) {
  const [x, y] = pic.frame.to(place);
  return [
    oval(pic, place, covariance, 2, { stroke: "var(--accent)", "stroke-dasharray": "4 3" }),
    svg(
      "text",
      { x, y: y + 7, class: "replies-own-mark", "text-anchor": "middle", fill: "var(--accent)" },
      "★",
      svg("title", {}, `yours: ${reply}`),
    ),
  ];
}

/** @param {Drawn} pic @param {Place} ring */
function ringMark(pic, ring) {
  const [cx, cy] = pic.frame.to(ring);
  const look = { r: 9, fill: "none", stroke: "var(--accent)", "stroke-width": 2 };
  return svg("circle", { cx, cy, ...look, class: "replies-ring" });
}

/** @param {Drawn} pic @param {number} from @param {Place} end on the drawing */
function thread(pic, from, [x2, y2]) {
  const [x1, y1] = pic.frame.to(pic.replies[from].place);
  return svg("line", { x1, y1, x2, y2, stroke: "var(--accent)", "stroke-width": 2 });
}

/**
 * Where a pointer is, in units of the drawing.
 * @param {SVGSVGElement} node
 * @param {PointerEvent} event
 * @returns {Place}
 */
function under(node, event) {
  const box = node.getBoundingClientRect();
  const scale = Math.min(box.width / WIDE, box.height / HIGH);
  const [left, top] = [(box.width - WIDE * scale) / 2, (box.height - HIGH * scale) / 2];
  return [(event.clientX - box.left - left) / scale, (event.clientY - box.top - top) / scale];
}

/**
 * The reply whose symbol is there; -1 where none is.
 * @param {Drawn} pic
 * @param {Place} at on the drawing
 */
function replyAt(pic, [x, y]) {
  const distance = (/** @type {{place: Place}} */ { place }) => {
    const [px, py] = pic.frame.to(place);
    return Math.hypot(px - x, py - y);
  };
  const all = pic.replies.map(distance);
  const nearest = all.indexOf(Math.min(...all));
  return all[nearest] <= NEAR ? nearest : -1;
}

/** @param {Drawn} pic @param {Hears} hears */
function listen(pic, { ask, pick, way }) {
  const { node } = pic;
  const go = (/** @type {Place} */ place) => {
    pic.ring = place;
    paint(pic);
    ask(place);
  };
  node.addEventListener("pointerdown", (event) => {
    if (event.button || !pic.shown) return;
    node.setPointerCapture(event.pointerId);
    const at = under(node, event);
    pic.held = { from: replyAt(pic, at), to: null };
    if (pic.held.from < 0) go(pic.frame.from(at));
  });
  node.addEventListener("pointermove", (event) => {
    if (!pic.held) return;
    const at = under(node, event);
    if (pic.held.from < 0) return go(pic.frame.from(at));
    pic.held.to = at;
    paint(pic);
  });
  node.addEventListener("pointerup", (event) => {
    if (!pic.held) return;
    const { from } = pic.held;
    const to = replyAt(pic, under(node, event));
    pic.held = null;
    paint(pic);
    if (from < 0) return;
    if (to < 0 || to === from) pick(from);
    else way(from, to);
  });
  node.addEventListener("pointercancel", () => {
    pic.held = null;
    paint(pic);
  });
  node.addEventListener("keydown", (event) => {
    const move = ARROWS[event.key];
    if (!move || !pic.shown) return;
    event.preventDefault();
    const far = (STEP * WIDE) / pic.frame.scale;
    const [x, y] = pic.ring ?? pic.frame.from([WIDE / 2, HIGH / 2]);
    go([x + move[0] * far, y + move[1] * far]);
  });
}

/** @param {Modes} found what the picture shows of it, for those who have not seen one */
export function legend(found) {
  const modes = found.weights.length > 1;
  const which = modes ? "Each mode is" : "The prior is";
  return el("p", {
    class: "replies-note",
    text: `${which} drawn at one and two standard deviations, in the two directions that it is widest in. Press a place to read what it says; pull from one reply to another for what lies between; arrow keys move the ring.`,
  });
}
