// The square of the pad: what lies behind the ring, and the pointer and keys that move it.
// Joined to latent_pad.js by widget.py; shares its names.

// A place (u, v) as fractions of the square from its top left corner, and back.
function toSquare([u, v]) {
  const { origin, basis, corner, side } = scene;
  const [x, y] = [0, 1].map((i) => origin[i] + u * basis[0][i] + v * basis[1][i]);
  return [(x - corner[0]) / side, 1 - (y - corner[1]) / side];
}

function fromSquare([s, t]) {
  const { origin, basis, corner, side } = scene;
  const x = corner[0] + s * side - origin[0];
  const y = corner[1] + (1 - t) * side - origin[1];
  const [[a, b], [c, d]] = basis;
  const area = a * d - b * c;
  return [(x * d - y * c) / area, (y * a - x * b) / area];
}

const xy = (x, y) => [(x - scene.corner[0]) / scene.side, 1 - (y - scene.corner[1]) / scene.side];
const labelled = (radius) => xy(radius * Math.SQRT1_2, radius * Math.SQRT1_2);
const put = (node, [s, t]) => Object.assign(node.style, { left: `${100 * s}%`, top: `${100 * t}%` });

function showRing() {
  put(ring, toSquare(at));
  square.setAttribute("aria-valuenow", at[0]);
  square.setAttribute("aria-valuetext", placeText(at));
}

function drawPlane() {
  const { corner, side, circles } = scene;
  square.setAttribute("aria-valuemin", -1000);
  square.setAttribute("aria-valuemax", 1000);
  const [cx, cy] = xy(0, 0);
  lines.replaceChildren(
    svg("path", { class: "pad-axis", d: `M0 ${cy}H1M${cx} 0V1` }),
    ...circles.map(({ radius }) => svg("circle", { class: "pad-circle", cx, cy, r: radius / side })),
    svg("path", { class: "pad-here" }),
    svg("path", { class: "pad-borders" }),
  );
  if (!scene.flat) {
    const corners = CORNERS.map(toSquare);
    lines.append(svg("path", { class: "pad-triangle", d: `M${corners.join("L")}Z` }));
  }
  const label = (text, place, kind) => {
    const node = el("span", { class: kind, text });
    put(node, place);
    return node;
  };
  words.replaceChildren();
  ticks.replaceChildren();
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].find((s) => side / s < 9) || side / 4;
  for (let i = Math.ceil(corner[0] / step); i * step < corner[0] + side; i++)
    ticks.append(label(show(i * step, step < 1 ? 1 : 0), [xy(i * step, 0)[0], 1], "pad-tick pad-tick-x"));
  for (let i = Math.ceil(corner[1] / step); i * step < corner[1] + side; i++)
    ticks.append(label(show(i * step, step < 1 ? 1 : 0), [0, xy(0, i * step)[1]], "pad-tick pad-tick-y"));
  circles.forEach(({ radius, label: text }, i) => {
    const place = labelled(radius);
    const room = radius / side > 0.08 || i === circles.length - 1; // else labels would pile up
    const inside = Math.min(...place) > 0 && Math.max(...place) < 1;
    if (room && inside) ticks.append(label(text, place, "pad-sigma"));
  });
  scene.points.forEach(({ name }, i) => ticks.append(label(name, toSquare(CORNERS[i]), "pad-anchor")));
  tiles.hidden = true;
  drawDots();
}

function drawDots() {
  const scale = window.devicePixelRatio || 1;
  const size = Math.round(square.clientWidth * scale);
  dots.width = dots.height = size; // also wipes it
  if (!scene?.dots || !size) return;
  const pen = dots.getContext("2d");
  pen.globalAlpha = 0.75;
  pen.font = `${7 * scale}px sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  scene.dots.xy.forEach(([x, y], i) => {
    const label = scene.dots.label[i];
    if (hidden.has(label)) return;
    const [s, t] = xy(x, y);
    pen.fillStyle = COLOURS[label % COLOURS.length];
    pen.fillText(GLYPHS[label % GLYPHS.length], s * size, t * size);
  });
}
new ResizeObserver(() => scene && !isUnit() && drawDots()).observe(square);

async function drawBackdrop() {
  const mine = scene;
  const { view, anchors } = mine;
  mine.backdrop = true; // asked for
  const unit = isUnit() ? at[0] : 0;
  if (isUnit()) strip.classList.add("pad-waiting");
  else square.classList.add("pad-waiting");
  const answer = await ask("backdrop", { checkpoint: view.checkpoint, mode: view.mode, anchors, unit });
  if (scene !== mine || (isUnit() && unit !== at[0])) return;
  square.classList.remove("pad-waiting");
  strip.classList.remove("pad-waiting");
  if (answer.error) {
    mine.backdrop = false; // the next rest asks again
    fail(answer.error);
  } else if (isUnit()) drawStrip(answer);
  else if (answer.tiles) drawTiles(answer);
  else drawTerritories(answer);
}

/** n x n decoded pictures as one; intensity is the opacity of ink. */
function drawTiles({ n, tiles: packed }) {
  const data = bytes(packed);
  const size = n * 28;
  const context = tiles.getContext("2d");
  tiles.width = tiles.height = size;
  const image = context.createImageData(size, size);
  const coloured = data.length === 3 * size * size;
  for (let i = 0; i < size * size; i++) {
    const tile = Math.floor(i / 784);
    const y = Math.floor(tile / n) * 28 + Math.floor((i % 784) / 28);
    const x = (tile % n) * 28 + (i % 28);
    const at = 4 * (y * size + x);
    if (coloured) image.data.set([data[3 * i], data[3 * i + 1], data[3 * i + 2], 255], at);
    else image.data[at + 3] = data[i];
  }
  tiles.classList.toggle("lp-ink", !coloured);
  context.putImageData(image, 0, 0);
  tiles.hidden = false;
}

/** Where else on the map the sentence that is shown comes out. */
function showTerritory(item) {
  const here = lines.querySelector(".pad-here");
  if (!here || !scene.map) return;
  const { n, texts, cells } = scene.map;
  const text = texts.indexOf(item);
  const box = (i) => `M${(i % n) / n} ${Math.floor(i / n) / n}h${1 / n}v${1 / n}h${-1 / n}z`;
  here.setAttribute("d", cells.map((cell, i) => (cell === text ? box(i) : "")).join(""));
}

/** A map of sentences: a border wherever neighbouring cells decode to different ones. */
function drawTerritories(map) {
  const { n, texts, cells } = map;
  scene.map = map;
  showTerritory(sentence.textContent);
  let path = "";
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++) {
      const [s, t, here] = [column / n, row / n, cells[row * n + column]];
      if (column && cells[row * n + column - 1] !== here) path += `M${s} ${t}v${1 / n}`;
      if (row && cells[(row - 1) * n + column] !== here) path += `M${s} ${t}h${1 / n}`;
    }
  lines.querySelector(".pad-borders").setAttribute("d", path);
  // Largest first; a name is written where it covers neither another name nor a point.
  const sums = texts.map(() => [0, 0, 0]);
  cells.forEach((text, i) => {
    const sum = sums[text];
    sum[0] += (i % n) + 0.5;
    sum[1] += Math.floor(i / n) + 0.5;
    sum[2] += 1;
  });
  const width = square.clientWidth || 560;
  const taken = CORNERS.map((corner) => [...toSquare(corner), 12 / width]);
  const written = new Set();
  for (const { radius } of scene.circles) taken.push([...labelled(radius), 46 / width]);
  const order = texts.map((_, i) => i).sort((a, b) => sums[b][2] - sums[a][2]);
  for (const i of order) {
    const [x, y, size] = sums[i];
    if (size < 3) break;
    const all = texts[i].split(" ");
    const text = all.slice(0, 4).join(" ") + (all.length > 4 ? " …" : "");
    if (written.has(text)) continue;
    const half = (3.3 * text.length + 4) / width;
    const place = [Math.min(1 - half, Math.max(half, x / size / n)), y / size / n];
    const covers = ([s, t, h]) => Math.abs(s - place[0]) < half + h && Math.abs(t - place[1]) < 20 / width;
    if (half > 0.4 || taken.some(covers)) continue;
    taken.push([...place, half]);
    written.add(text);
    const node = el("span", { class: "pad-name", text });
    put(node, place);
    words.append(node);
  }
}

function pointer(event) {
  const box = square.getBoundingClientRect();
  const s = (event.clientX - box.left - square.clientLeft) / square.clientWidth;
  const t = (event.clientY - box.top - square.clientTop) / square.clientHeight;
  return fromSquare([s, t].map((x) => Math.min(1, Math.max(0, x))));
}

let dragging = false;
square.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || !scene) return;
  dragging = true;
  square.setPointerCapture(event.pointerId);
  go(pointer(event), { time: event.timeStamp });
});
// Chromium delivers at most one pointermove for each frame, so no throttle is needed here.
square.addEventListener("pointermove", (event) => {
  if (dragging) go(pointer(event), { time: event.timeStamp });
});
for (const end of ["pointerup", "pointercancel"]) square.addEventListener(end, () => (dragging = false));

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
square.addEventListener("keydown", (event) => {
  if (!scene || event.ctrlKey || event.metaKey || event.altKey) return;
  const arrow = ARROWS[event.key];
  if (!arrow && event.key !== "Home") return;
  event.preventDefault();
  event.stopPropagation();
  const step = event.shiftKey ? 0.1 : 0.01;
  const inside = (x) => Math.min(1, Math.max(0, x));
  const place = arrow ? fromSquare(toSquare(at).map((x, i) => inside(x + step * arrow[i]))) : scene.home;
  go(place, { time: event.timeStamp, glide: true });
});
