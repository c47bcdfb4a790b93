// Sketch pad, upload and test images. The value is "" or a PNG as a data URL; see widget.py.

import { el, one } from "../../page/dom.js";
import { pen } from "../../page/pictures.js";

/**
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Picture} Picture
 * @typedef {import("./types.js").Ui} Ui
 */

const SIDE = 280; // pixels of the paper
const SEES = 64; // pixels, at most, of what is shown as a model sees it
const SENT = 112; // pixels of a sketch as it travels, four for each that a model sees
const BRUSH = 22; // about two of the 28 pixels wide, as pen strokes are in MNIST
const MAX_FILE = 20e6; // bytes
const UNDO_STEPS = 20;
const INVERTED = "Inverted: light ink on dark paper is what the models know.";
const LOST = "The server did not answer. Try again.";

/** @param {Ui} ui @param {string} name */
const button = (ui, name) => one(ui.element, `[data-act=${name}]`);

/** @param {Ui} ui */
function wipe(ui) {
  ui.pen.fillStyle = "#000";
  ui.pen.fillRect(0, 0, SIDE, SIDE);
}

/** @param {Ui} ui */
function remember(ui) {
  ui.before.push({ value: ui.shown, pixels: ui.pen.getImageData(0, 0, SIDE, SIDE) });
  if (ui.before.length > UNDO_STEPS) ui.before.shift();
}

/**
 * A switch between an inverted picture and the tones it had; `other` is "" where it had none.
 * @param {Ui} ui
 * @param {string} other
 */
function offer(ui, other) {
  ui.other = other;
  button(ui, "tones").hidden = !other;
}

/** @param {Ui} ui */
async function swapTones(ui) {
  const [value, back] = [ui.other, ui.shown];
  const picture = await loadPicture(value);
  ui.inverted = !ui.inverted;
  remember(ui);
  drawPicture(ui, picture);
  commit(ui, value, ui.inverted ? INVERTED : "With the tones it had.");
  offer(ui, back ?? "");
}

/** @param {Ui} ui @param {string} value @param {string} [text] */
function commit(ui, value, text = "") {
  offer(ui, "");
  ui.shown = value;
  ui.note.textContent = text;
  ui.props.value = value;
  ui.trigger("input");
}

/** @param {Ui} ui @param {Picture} picture */
function drawPicture(ui, picture) {
  const scale = SIDE / Math.max(picture.width, picture.height);
  const [w, h] = [picture.width * scale, picture.height * scale];
  wipe(ui);
  ui.pen.imageSmoothingEnabled = picture.width > SEES; // what a model sees is shown pixel for pixel
  ui.pen.drawImage(picture, (SIDE - w) / 2, (SIDE - h) / 2, w, h);
}

/** @param {string} url */
function loadPicture(url) {
  return new Promise((done, fail) => {
    const picture = new Image();
    picture.onload = () => done(picture);
    picture.onerror = () => fail(new Error("unreadable"));
    picture.src = url;
  });
}

/** @param {Ui} ui @param {string} value */
async function show(ui, value) {
  if (value === ui.shown) return;
  ui.shown = value;
  offer(ui, "");
  if (!value) return wipe(ui);
  try {
    drawPicture(ui, await loadPicture(value));
  } catch {
    wipe(ui);
    ui.note.textContent = "The stored picture could not be read.";
  }
}

/** @param {Ui} ui @param {File | undefined} chosen */
async function upload(ui, chosen) {
  if (!chosen) return;
  if (chosen.size > MAX_FILE) {
    ui.note.textContent = "That file is larger than 20 MB. Choose a smaller one.";
    return;
  }
  const url = URL.createObjectURL(chosen);
  try {
    const picture = await loadPicture(url);
    const reply = await ui.server
      .as_seen({ value: asPng(picture, SIDE), dataset: ui.props.dataset })
      .catch(() => null);
    if (!reply || reply.error) {
      ui.note.textContent = reply ? reply.error : LOST;
      return;
    }
    remember(ui);
    drawPicture(ui, await loadPicture(reply.value));
    ui.inverted = reply.kept !== "";
    const news = ui.inverted ? ` ${INVERTED}` : "";
    commit(ui, reply.value, `${chosen.name}, as the model sees it.${news}`);
    offer(ui, reply.kept);
  } catch {
    ui.note.textContent = "That file is not a picture the browser can read. Use a PNG or JPEG.";
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * At most `side` pixels on its longer side; a 28 x 28 picture stays as it is, pixel for pixel.
 * @param {Picture} picture
 * @param {number} side
 */
function asPng(picture, side) {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const sheet = el("canvas");
  sheet.width = Math.max(1, Math.round(picture.width * scale));
  sheet.height = Math.max(1, Math.round(picture.height * scale));
  pen(sheet).drawImage(picture, 0, 0, sheet.width, sheet.height);
  return sheet.toDataURL("image/png");
}

/** @param {Ui} ui */
async function next(ui) {
  const dataset = ui.props.dataset;
  const reply = await ui.server.next_test_image({ dataset, index: ui.index }).catch(() => null);
  if (!reply || reply.error) {
    ui.note.textContent = reply ? reply.error : LOST;
    return;
  }
  ui.index = reply.index + 1;
  remember(ui);
  drawPicture(ui, await loadPicture(reply.value));
  commit(ui, reply.value, reply.note);
}

/** @param {Ui} ui @param {PointerEvent} event */
function point(ui, event) {
  const box = ui.paper.getBoundingClientRect();
  const scale = SIDE / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
}

/** @param {number[]} from @param {number[]} to */
function stroke(/** @type {Ui} */ ui, from, to) {
  const [[x0, y0], [x1, y1]] = [from, to];
  ui.pen.strokeStyle = ui.pen.shadowColor = "#fff";
  ui.pen.shadowBlur = 6;
  ui.pen.lineWidth = BRUSH - 6;
  ui.pen.lineCap = "round";
  ui.pen.beginPath();
  ui.pen.moveTo(x0, y0);
  ui.pen.lineTo(x1 + 0.01, y1); // a tap alone leaves a dot
  ui.pen.stroke();
  ui.pen.shadowBlur = 0;
}

/** @param {Ui} ui */
function setUp1(ui) {
  const act = (/** @type {string} */ name, /** @type {string} */ text, hidden = false) =>
    el("button", { type: "button", "data-act": name, text, hidden });
  const { label } = ui.props;
  ui.paper = el("canvas", {
    width: SIDE,
    height: SIDE,
    role: "img",
    "aria-label": `${label}: sketch pad, draw with the pointer`,
  });
  ui.file = el("input", { type: "file", accept: "image/*", hidden: true });
  ui.note = el("p", { class: "sketch-note", role: "status" });
  ui.element.replaceChildren(
    el(
      "div",
      { class: "sketch", role: "group", "aria-label": label },
      el("p", { class: "sketch-label", text: label }),
      el("div", { class: "sketch-frame" }, ui.paper),
      el(
        "div",
        { class: "lp-legend sketch-tools" },
        act("undo", "Undo"),
        act("clear", "Clear"),
        act("upload", "Upload"),
        act("tones", "Swap light and dark", true),
        act("next", "Next test image", true),
        ui.file,
      ),
      ui.note,
    ),
  );
  ui.pen = pen(ui.paper, { willReadFrequently: true });
  ui.before = []; // pictures to go back to
  ui.shown = null; // the value that is on the paper
  ui.last = null; // last point of the stroke being drawn
  ui.index = Math.floor(Math.random() * 10000); // of the next test image
  ui.paper.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    ui.paper.setPointerCapture(event.pointerId);
    remember(ui);
    ui.last = point(ui, event);
    stroke(ui, ui.last, ui.last);
  });
}

/** @param {Ui} ui */
function setUp2(ui) {
  ui.paper.addEventListener("pointermove", (event) => {
    if (!ui.last) return;
    for (const move of event.getCoalescedEvents?.() ?? [event]) {
      const here = point(ui, move);
      stroke(ui, ui.last, here);
      ui.last = here;
    }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    ui.paper.addEventListener(end, () => {
      if (!ui.last) return;
      ui.last = null;
      commit(ui, asPng(ui.paper, SENT));
    });
  }
  button(ui, "undo").addEventListener("click", () => {
    const step = ui.before.pop();
    if (!step) return;
    ui.pen.putImageData(step.pixels, 0, 0);
    commit(ui, step.value || "");
  });
  button(ui, "clear").addEventListener("click", () => {
    remember(ui);
    wipe(ui);
    commit(ui, "");
  });
  button(ui, "tones").addEventListener("click", () => swapTones(ui));
  button(ui, "upload").addEventListener("click", () => ui.file.click());
  button(ui, "next").addEventListener("click", () => next(ui));
}

/** @param {Ui} ui */
async function corpus(ui) {
  const state = await ui.server.corpus_state({ dataset: ui.props.dataset }).catch(() => null);
  if (!state || state.error) return;
  button(ui, "next").hidden = !state.present;
  if (state.note) ui.note.textContent = state.note;
}

/** @param {Ui} ui */
function setUp3(ui) {
  ui.file.addEventListener("change", () => {
    upload(ui, ui.file.files?.[0]);
    ui.file.value = "";
  });
  ui.paper.addEventListener("dragover", (event) => {
    event.preventDefault();
    ui.paper.classList.add("sketch-over");
  });
  ui.paper.addEventListener("dragleave", () => ui.paper.classList.remove("sketch-over"));
  ui.paper.addEventListener("drop", (event) => {
    event.preventDefault();
    ui.paper.classList.remove("sketch-over");
    upload(ui, event.dataTransfer?.files[0]);
  });
  wipe(ui);
  show(ui, ui.props.value || "");
  corpus(ui);
  ui.watch("value", () => show(ui, ui.props.value || ""));
  ui.watch("dataset", () => corpus(ui));
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp1(ui);
  setUp2(ui);
  setUp3(ui);
}
