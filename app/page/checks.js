// Views as checks: what a view shows now, so that it can be compared with what it shows later.
// `launch.py check` opens the links of a file of checks, and takes what they show by `shown` here.
// @ts-check
import { activeTab, viewOf } from "./address.js";
import { el } from "./dom.js";
import { pen } from "./pictures.js";

/**
 * @typedef {object} Shown
 * @property {string[]} text lines of the result, as they are read
 * @property {string[]} pictures PNG files as data URLs, at most SIDE pixels wide and high
 * @property {number} more pictures that are not among them
 *
 * @typedef {object} Frame what the view was seen in
 * @property {number} width of the window, pixels
 * @property {number} height
 * @property {boolean} dark
 *
 * @typedef {Shown & Frame & {link: string, kept: string, thumbnail: string}} Check
 */

export const FORMAT = 1;
const KEY = "latent-checks";
const MOST = 50; // checks in this browser
const SIDE = 32; // pixels of a picture that is kept
const PICTURES = 64;
const PATIENCE = 10_000; // ms for what is drawn once it is seen
const THUMB = { width: 160, height: 120, cell: 40, lines: 8 };
const FULL = "This browser's storage is full or closed: download the checks, and remove some.";

/** @type {Check[]} */
let checks = globalThis.localStorage ? read() : [];

/** @returns {Check[]} */
function read() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    if (!Array.isArray(stored)) return [];
    return stored.filter(
      ({ link, thumbnail }) => /^#v=\d+&tab=/.test(link) && /^data:image\/png;/.test(thumbnail),
    );
  } catch {
    return []; // a damaged store must not take the page with it
  }
}

/** @returns {string} what is wrong with the storage; nothing if all is well */
function write() {
  try {
    localStorage.setItem(KEY, JSON.stringify(checks));
    return "";
  } catch {
    return FULL;
  }
}

/** The results that are seen: not the controls above them, nor the tools below. */
function results() {
  const bodies = [...document.querySelectorAll(".lp-result > .lp-body, .lp-result > .lp-error")];
  return /** @type {HTMLElement[]} */ (bodies.filter((node) => node.checkVisibility()));
}

/**
 * Lines of a text without what only parts them.
 * @param {string} text
 */
export const lines = (text) =>
  text
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter(Boolean);

/** The next frame, or a moment where none is drawn, as on a page that is hidden. */
const frame = () =>
  new Promise((done) => {
    requestAnimationFrame(done);
    setTimeout(done, 100);
  });

/** Scroll to the end of an element, and back. @param {Element} scroller */
async function passOver(scroller) {
  const before = scroller.scrollTop;
  const step = Math.max(100, scroller.clientHeight / 2);
  for (let top = 0; top < scroller.scrollHeight; top += step) {
    scroller.scrollTo({ top, behavior: "instant" });
    await frame(); // it is laid out
    await frame(); // observers have heard of it
  }
  scroller.scrollTo({ top: before, behavior: "instant" });
}

/**
 * Pass over the whole page, and over tables that scroll and wait to be seen: what is drawn then
 * begins, and a check is the same whether or not its person looked so far.
 */
export async function seeAll() {
  const page = document.documentElement;
  const before = page.scrollTop;
  await passOver(page);
  for (const region of document.querySelectorAll("[role=region]:has([aria-busy=true])")) {
    if (!region.checkVisibility()) continue;
    region.scrollIntoView({ behavior: "instant" });
    await passOver(region);
  }
  page.scrollTo({ top: before, behavior: "instant" });
}

/** Whether a result that is seen waits for an answer. */
const busy = () =>
  [...document.querySelectorAll(".lp-result[aria-busy=true]")].some((one) =>
    one.checkVisibility(),
  );

/** What is seen, whoever asks. @returns {Shown} */
export function shown() {
  const bodies = results();
  const drawn = bodies
    .flatMap((body) => [...body.querySelectorAll("canvas")])
    .filter((canvas) => canvas.width && canvas.height && canvas.checkVisibility());
  return {
    text: bodies.flatMap(linesOf),
    pictures: drawn.slice(0, PICTURES).map(small),
    more: Math.max(0, drawn.length - PICTURES),
  };
}

/**
 * The text of a result, and of its menus what is chosen: what else they offer, such as a new
 * checkpoint, is not of the result.
 * @param {HTMLElement} body
 */
function linesOf(body) {
  const found = lines(body.innerText);
  for (const option of body.querySelectorAll("option:not(:checked)")) {
    const at = found.indexOf(lines(/** @type {HTMLOptionElement} */ (option).text)[0]);
    if (at >= 0) found.splice(at, 1);
  }
  return found;
}

/** @param {HTMLCanvasElement} canvas */
function small(canvas) {
  const scale = Math.min(1, SIDE / Math.max(canvas.width, canvas.height));
  const [width, height] = [canvas.width, canvas.height].map((n) => Math.max(1, n * scale));
  return sheet(width, height, (context) => context.drawImage(canvas, 0, 0, width, height));
}

/**
 * A PNG on white paper.
 * @param {number} width
 * @param {number} height
 * @param {(context: CanvasRenderingContext2D) => void} draw
 */
function sheet(width, height, draw) {
  const made = el("canvas", { width: Math.floor(width), height: Math.floor(height) });
  const context = pen(made);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, made.width, made.height);
  draw(context);
  return made.toDataURL("image/png");
}

/** The first pictures, or the first lines. @param {string[]} text */
export function thumbnail(text) {
  const { width, height, cell, lines: most } = THUMB;
  const drawn = results().flatMap((body) => [...body.querySelectorAll("canvas")]);
  return sheet(width, height, (context) => {
    context.imageSmoothingEnabled = false;
    const across = width / cell;
    for (const [i, canvas] of drawn.slice(0, across * (height / cell)).entries())
      if (canvas.width && canvas.height)
        context.drawImage(canvas, (i % across) * cell, Math.floor(i / across) * cell, cell, cell);
    if (drawn.length) return;
    context.fillStyle = "#000";
    context.font = "10px sans-serif";
    for (const [i, line] of text.slice(0, most).entries())
      context.fillText(line, 4, 14 + 13 * i, width - 8);
  });
}

/**
 * Keep what a tab shows, all of it; why not, in a sentence, or nothing.
 * @param {string} tab
 */
export async function keepView(tab) {
  await seeAll();
  const end = performance.now() + PATIENCE;
  while (busy() && performance.now() < end) await frame();
  if (busy()) return "The view is not drawn yet. Wait for it.";
  if (activeTab() !== tab) return "Another tab was opened meanwhile. Keep its view, or go back.";
  const link = viewOf(tab).fragment;
  const seen = shown();
  if (!link || !(seen.text.length || seen.pictures.length))
    return "This view shows no result that could be checked.";
  if (checks.length >= MOST) return `There are ${MOST} checks. Remove some first.`;
  const size = { width: innerWidth, height: innerHeight };
  checks = [
    ...checks.filter((one) => one.link !== link),
    {
      link,
      kept: new Date().toISOString(),
      ...size,
      dark: document.body.classList.contains("dark"),
      thumbnail: thumbnail(seen.text),
      ...seen,
    },
  ];
  return write();
}

/** @param {Check} check */
export function forget(check) {
  checks = checks.filter((one) => one !== check);
  return write();
}

export const all = () => checks;

/** The file that `launch.py check` reads. */
export const file = () => JSON.stringify({ format: "latent-checks", version: FORMAT, checks });
