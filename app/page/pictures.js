// Pictures: bytes from the server, painted as ink on paper.
// @ts-check
import { el } from "./dom.js";
import { download } from "./files.js";
import { origin, withTexts } from "./png.js";

const CELL = 112; // pixels of a picture on a sheet, if its own are fewer

/**
 * @param {string} base64
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytes(base64) {
  const text = atob(base64);
  const out = new Uint8Array(text.length);
  for (let i = 0; i < out.length; i++) out[i] = text.charCodeAt(i); // 10 times as fast as `from`
  return out;
}

/**
 * Several pictures of one size, which came one after another.
 * @param {Uint8Array} data
 * @param {number} n how many
 */
export function split(data, n) {
  const size = data.length / n;
  return Array.from({ length: n }, (_, i) => data.subarray(i * size, (i + 1) * size));
}

/**
 * Pixels along one side of a square picture. Its bytes tell, and whether it has colours: no square
 * number is three times another.
 * @param {Uint8Array} data
 */
export function sideOf({ length }) {
  const grey = Math.sqrt(length);
  return Number.isInteger(grey) ? grey : Math.sqrt(length / 3);
}

/**
 * The bytes of one picture as an image of its own, with a name for those who cannot see it.
 * @param {Uint8Array} data
 * @param {string} label
 * @param {Record<string, any>} [props]
 */
export function picture(data, label, props = {}) {
  const canvas = el("canvas", { role: "img", "aria-label": label, ...props });
  paint(canvas, data);
  return canvas;
}

/**
 * Grey becomes the opacity of ink, to which the page's style gives its colour; red, green and
 * blue, three bytes a pixel, stay what they are.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} data of a square
 */
export function paint(canvas, data) {
  const size = sideOf(data);
  canvas.width = canvas.height = size;
  const context = pen(canvas);
  const image = context.createImageData(size, size);
  const coloured = data.length === 3 * size * size;
  for (let i = 0; i < size * size; i++) {
    if (coloured) image.data.set([data[3 * i], data[3 * i + 1], data[3 * i + 2], 255], 4 * i);
    else image.data[4 * i + 3] = data[i];
  }
  context.putImageData(image, 0, 0);
  canvas.classList.toggle("lp-ink", !coloured);
}

/**
 * Pictures side by side in one PNG, which the person gets as a file; the link is inside.
 * @param {Uint8Array[]} pictures
 * @param {string} name of the file
 * @param {number} [across] pictures in a row; 0 for a square sheet
 */
export function sheet(pictures, name, across = 0) {
  across ||= Math.ceil(Math.sqrt(pictures.length));
  const side = sideOf(pictures[0]);
  const step = side * Math.max(1, Math.round(CELL / side));
  const height = Math.ceil(pictures.length / across) * step;
  const canvas = el("canvas", { width: across * step, height });
  const context = pen(canvas);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  const one = el("canvas");
  for (const [i, data] of pictures.entries()) {
    paint(one, data);
    const [x, y] = [(i % across) * step, Math.floor(i / across) * step];
    context.drawImage(one, x, y, step, step);
  }
  const png = bytes(canvas.toDataURL("image/png").split(",")[1]);
  download(name, "image/png", withTexts(png, origin()));
}

/**
 * What draws on a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 * @returns {CanvasRenderingContext2D}
 */
export function pen(canvas, settings) {
  const context = canvas.getContext("2d", settings);
  if (!context) throw new Error("This browser cannot draw.");
  return context;
}
