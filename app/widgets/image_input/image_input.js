// Sketch pad, upload and test images. The value is "" or a PNG as a data URL; see widget.py.
const SIDE = 280; // pixels of the paper
const SENT = 112; // pixels of a sketch as it travels, four for each that a model sees
const BRUSH = 22; // about two of the 28 pixels wide, as pen strokes are in MNIST
const MAX_FILE = 20e6; // bytes
const UNDO_STEPS = 20;
const LOST = "The server did not answer. Try again.";

element.innerHTML = `
  <div class="sketch" role="group">
    <p class="sketch-label"></p>
    <div class="sketch-frame"><canvas width="${SIDE}" height="${SIDE}" role="img"></canvas></div>
    <div class="lp-legend sketch-tools">
      <button type="button" data-act="undo">Undo</button>
      <button type="button" data-act="clear">Clear</button>
      <button type="button" data-act="upload">Upload</button>
      <button type="button" data-act="next" hidden>Next test image</button>
      <input type="file" accept="image/*" hidden>
    </div>
    <p class="sketch-note" role="status"></p>
  </div>`;
element.querySelector(".sketch").ariaLabel = props.label;
element.querySelector(".sketch-label").textContent = props.label;

const paper = element.querySelector("canvas");
paper.ariaLabel = `${props.label}: sketch pad, draw with the pointer`;
const file = element.querySelector("input");
const note = element.querySelector(".sketch-note");
const button = (name) => element.querySelector(`[data-act=${name}]`);
const pen = paper.getContext("2d", { willReadFrequently: true });
const before = []; // pictures to go back to
let shown = null; // the value that is on the paper
let last = null; // last point of the stroke being drawn
let index = Math.floor(Math.random() * 10000); // of the next test image

function wipe() {
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, SIDE, SIDE);
}

function remember() {
  before.push({ value: shown, pixels: pen.getImageData(0, 0, SIDE, SIDE) });
  if (before.length > UNDO_STEPS) before.shift();
}

function commit(value, text = "") {
  shown = value;
  note.textContent = text;
  props.value = value;
  trigger("input");
}

function drawPicture(picture) {
  const scale = SIDE / Math.max(picture.width, picture.height);
  const [w, h] = [picture.width * scale, picture.height * scale];
  wipe();
  pen.imageSmoothingEnabled = picture.width !== 28; // what a model sees is shown pixel for pixel
  pen.drawImage(picture, (SIDE - w) / 2, (SIDE - h) / 2, w, h);
}

function loadPicture(url) {
  return new Promise((done, fail) => {
    const picture = new Image();
    picture.onload = () => done(picture);
    picture.onerror = () => fail(new Error("unreadable"));
    picture.src = url;
  });
}

async function show(value) {
  if (value === shown) return;
  shown = value;
  if (!value) return wipe();
  try {
    drawPicture(await loadPicture(value));
  } catch {
    wipe();
    note.textContent = "The stored picture could not be read.";
  }
}

async function upload(chosen) {
  if (!chosen) return;
  if (chosen.size > MAX_FILE) {
    note.textContent = "That file is larger than 20 MB. Choose a smaller one.";
    return;
  }
  const url = URL.createObjectURL(chosen);
  try {
    const picture = await loadPicture(url);
    const reply = await server.as_seen({ value: asPng(picture, SIDE) }).catch(() => null);
    if (!reply || reply.error) {
      note.textContent = reply ? reply.error : LOST;
      return;
    }
    remember();
    drawPicture(await loadPicture(reply.value));
    commit(reply.value, `${chosen.name}, as the model sees it`);
  } catch {
    note.textContent = "That file is not a picture the browser can read. Use a PNG or JPEG.";
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** At most `side` pixels on its longer side; a 28 x 28 picture stays as it is, pixel for pixel. */
function asPng(picture, side) {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const sheet = document.createElement("canvas");
  sheet.width = Math.max(1, Math.round(picture.width * scale));
  sheet.height = Math.max(1, Math.round(picture.height * scale));
  sheet.getContext("2d").drawImage(picture, 0, 0, sheet.width, sheet.height);
  return sheet.toDataURL("image/png");
}

async function next() {
  const dataset = props.dataset;
  const reply = await server.next_test_image({ dataset, index }).catch(() => null);
  if (!reply || reply.error) {
    note.textContent = reply ? reply.error : LOST;
    return;
  }
  index = reply.index + 1;
  remember();
  drawPicture(await loadPicture(reply.value));
  commit(reply.value, reply.note);
}

function point(event) {
  const box = paper.getBoundingClientRect();
  const scale = SIDE / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
}

function stroke([x0, y0], [x1, y1]) {
  pen.strokeStyle = pen.shadowColor = "#fff";
  pen.shadowBlur = 6;
  pen.lineWidth = BRUSH - 6;
  pen.lineCap = "round";
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1 + 0.01, y1); // a tap alone leaves a dot
  pen.stroke();
  pen.shadowBlur = 0;
}

paper.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  paper.setPointerCapture(event.pointerId);
  remember();
  last = point(event);
  stroke(last, last);
});
paper.addEventListener("pointermove", (event) => {
  if (!last) return;
  for (const move of event.getCoalescedEvents?.() ?? [event]) {
    const here = point(move);
    stroke(last, here);
    last = here;
  }
});
for (const end of ["pointerup", "pointercancel"]) {
  paper.addEventListener(end, () => {
    if (!last) return;
    last = null;
    commit(asPng(paper, SENT));
  });
}

button("undo").addEventListener("click", () => {
  const step = before.pop();
  if (!step) return;
  pen.putImageData(step.pixels, 0, 0);
  commit(step.value || "");
});
button("clear").addEventListener("click", () => {
  remember();
  wipe();
  commit("");
});
button("upload").addEventListener("click", () => file.click());
button("next").addEventListener("click", next);
file.addEventListener("change", () => {
  upload(file.files[0]);
  file.value = "";
});
paper.addEventListener("dragover", (event) => {
  event.preventDefault();
  paper.classList.add("over");
});
paper.addEventListener("dragleave", () => paper.classList.remove("over"));
paper.addEventListener("drop", (event) => {
  event.preventDefault();
  paper.classList.remove("over");
  upload(event.dataTransfer.files[0]);
});

async function corpus() {
  const state = await server.corpus_state({ dataset: props.dataset }).catch(() => null);
  if (!state || state.error) return;
  button("next").hidden = !state.present;
  if (state.note) note.textContent = state.note;
}

wipe();
show(props.value || "");
corpus();
watch("value", () => show(props.value || ""));
watch("dataset", corpus);
