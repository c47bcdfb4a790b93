// The points as one bitmap, their colours and legend, and the marks that lie above them.

const VIRIDIS = ["#440154", "#482878", "#3E4A89", "#31688E", "#26828E", "#1F9E89", "#35B779", "#6DCD59", "#B4DE2C", "#FDE725"];
const NAMED = COLOURS.length * SYMBOLS.length; // categories with a mark of their own; the rest are grey
const [DIM, LIT] = [30, 205]; // opacity of a point, of 256

let level = new Uint8Array(0); // 0 hidden, 1 dim, 2 lit
let matches = null; // Uint8Array of the search, or null
const hidden = new Set(); // categories switched off in the legend
let scheme = null; // { kind, values, categories | high, inks, shapes }

const glyphOf = (k) => (k < NAMED ? GLYPHS[k % GLYPHS.length] : "●");
const hueOf = (k) => (k < NAMED ? COLOURS[k % COLOURS.length] : "#8A867E");
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const ink = (hex) => { // as the bitmap holds it: alpha, blue, green, red
  const [r, g, b] = rgb(hex);
  return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
};
const ramp = (t) => {
  const at = t * (VIRIDIS.length - 1);
  const i = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const [from, to] = [rgb(VIRIDIS[i]), rgb(VIRIDIS[i + 1])];
  return `#${from.map((c, k) => Math.round(c + (at - i) * (to[k] - c)).toString(16).padStart(2, "0")).join("")}`;
};

/** What the chosen column says of each point. */
function recolour() {
  const [kind, name] = look.colour.split(/\.(.*)/s);
  if (kind === "mode" || kind === "tag") {
    const tag = kind === "tag" ? scene.tags.find((each) => each.name === name) : null;
    const categories = tag?.categories ?? Array.from({ length: scene.components }, (_, k) => modeName(Number(name), k));
    scheme = { kind, values: tag?.ids ?? scene.modes[name], categories, inks: categories.map((_, k) => ink(hueOf(k))) };
  } else {
    const values = kind === "sure" ? scene.sure[name] : scene.lengths;
    const [low, high] = kind === "sure" ? [Math.floor(255 / scene.components), 255] : [Math.min(...extremes(values)), Math.max(...extremes(values))];
    const t = (value) => Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
    scheme = { kind, values, low, high, inks: Array.from({ length: 256 }, (_, value) => ink(ramp(t(value)))) };
  }
  drawLegend();
  relight({ draw: false });
}

function extremes(values) {
  return [values.reduce((a, b) => Math.min(a, b), 255), values.reduce((a, b) => Math.max(a, b), 0)];
}

/** Which points are hidden, dim or lit: legend, then search, mode and lasso together. */
function relight({ draw = true } = {}) {
  const n = scene.n;
  if (level.length !== n) level = new Uint8Array(n);
  const lit = look.lit && scene.modes[look.lit[0]];
  const { values, categories } = scheme;
  for (let i = 0; i < n; i++) {
    if (categories && hidden.size && hidden.has(Math.min(values[i], NAMED))) level[i] = 0;
    else level[i] = (!matches || matches[i]) && (!lit || lit[i] === look.lit[1]) && (!lassoed || lassoed[i]) ? 2 : 1;
  }
  element.dataset.lit = level.reduce((sum, x) => sum + (x === 2), 0); // how tests know
  if (draw) redraw();
}

/** Search: matches lit, the others dim, the count said. */
function find() {
  const query = look.find.toLowerCase();
  if (!query) matches = null;
  else if (isText() && !words) return void (found.textContent = "…");
  else {
    matches = new Uint8Array(scene.n);
    if (isText()) words.low.forEach((text, i) => (matches[i] = text.includes(query)));
    else
      for (const { categories, ids } of scene.tags) {
        const fits = categories.map((name) => name.toLowerCase().includes(query));
        ids.forEach((id, i) => (matches[i] |= fits[id]));
      }
  }
  const n = matches?.reduce((a, b) => a + b, 0) ?? 0;
  found.textContent = !matches ? "" : n ? `${n.toLocaleString("en")} found` : "no match";
  found.classList.toggle("lp-caution", Boolean(matches) && !n);
  relight();
}

// ---- the bitmap ---------------------------------------------------------------------------

let image = null; // the bitmap, and the same memory as one number for each pixel
let pixels = null;
const stamps = new Map();

/** Coverage of a symbol, 0 to 255, `side` pixels square. */
function stamp(shape, radius) {
  const key = `${shape} ${radius.toFixed(2)}`;
  if (stamps.has(key)) return stamps.get(key);
  if (stamps.size > 200) stamps.clear();
  const side = 2 * Math.ceil(radius + 1) + 1;
  const paper = el("canvas", { width: side, height: side });
  const pen = paper.getContext("2d");
  pen.beginPath();
  SYMBOLS[shape](pen, side / 2, side / 2, radius);
  pen.fill();
  const data = pen.getImageData(0, 0, side, side).data;
  const made = { side, cover: Uint8Array.from({ length: side * side }, (_, i) => data[4 * i + 3]) };
  stamps.set(key, made);
  return made;
}

let pending = false;
/** Draw everything that depends on the frame, once before the next picture on the screen. */
function redraw() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    if (!scene || scene.absent || !element.isConnected) return;
    drawPoints();
    placeMarks();
    if (element.dataset.points === String(scene.n)) return;
    performance.measure("latent-map-drawn", { start: since });
    element.dataset.points = scene.n; // how tests know
  });
}

function drawPoints() {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = canvas.getContext("2d", { alpha: false });
  if (canvas.width !== w || canvas.height !== h || !image) {
    [canvas.width, canvas.height] = [w, h];
    image = context.createImageData(w, h);
    pixels = new Uint32Array(image.data.buffer);
  }
  pixels.fill(ground());
  const base = scene.n > 8000 ? 2 : scene.n > 2500 ? 2.5 : 3.2;
  const radius = ratio * Math.min(6, base * Math.max(1, frame.scale / home) ** 0.3);
  const { values, categories, inks } = scheme;
  const marksOf = (categories ? SYMBOLS : [0]).map((_, shape) => stamp(shape, radius));
  const { points: xy } = view();
  const [sx, ox] = [frame.scale * ratio, w / 2 - frame.x * frame.scale * ratio];
  const oy = h / 2 + frame.y * frame.scale * ratio;
  const filtered = Boolean(matches || look.lit || lassoed);
  const rest = ink(hueOf(NAMED));
  for (const pass of filtered ? [1, 2] : [2]) {
    const opacity = pass === 1 ? DIM : LIT;
    for (let i = 0; i < scene.n; i++) {
      if (level[i] !== pass) continue;
      const value = values[i];
      const known = !categories || value < NAMED;
      const { side, cover } = marksOf[categories && known ? value % SYMBOLS.length : 0];
      const x0 = Math.round(ox + xy[2 * i] * sx - side / 2);
      const y0 = Math.round(oy - xy[2 * i + 1] * sx - side / 2);
      if (x0 < 0 || y0 < 0 || x0 + side > w || y0 + side > h) continue;
      const colour = known ? inks[value] : rest;
      const [redBlue, green] = [colour & 0xff00ff, colour & 0xff00];
      for (let row = 0, m = 0; row < side; row++) {
        let p = (y0 + row) * w + x0;
        for (let column = 0; column < side; column++, m++, p++) {
          if (!cover[m]) continue;
          const a = (cover[m] * opacity + 255) >> 8; // to 256ths
          const b = 256 - a;
          const old = pixels[p];
          pixels[p] = 0xff000000
            | ((((old & 0xff00ff) * b + redBlue * a) >>> 8) & 0xff00ff)
            | ((((old & 0xff00) * b + green * a) >>> 8) & 0xff00);
        }
      }
    }
  }
  context.putImageData(image, 0, 0);
}

/** The card's colour, on which the points are blended. */
function ground() {
  const said = getComputedStyle(stage).backgroundColor.match(/\d+/g) ?? [255, 255, 255];
  return (0xff000000 | (said[2] << 16) | (said[1] << 8) | Number(said[0])) >>> 0;
}
new MutationObserver(() => scene && !scene.absent && redraw()).observe(document.body, { attributeFilter: ["class"] });

// ---- marks above the points ---------------------------------------------------------------

/** The variable whose modes are shown: the view's, else the colour's, else the first. */
function variable() {
  const [kind, name] = look.colour.split(".");
  return view().variable ?? (kind === "mode" || kind === "sure" ? Number(name) : look.lit?.[0] ?? 0);
}

let placed = []; // [node, x, y] in data
function drawMarks() {
  if (!scene || scene.absent) return;
  const j = variable();
  placed = [];
  const put = (node, at) => (placed.push([node, ...at]), node);
  const centres = view().centres[j].flatMap((at, k) => {
    if (!at) return [];
    const on = look.lit?.join() === `${j},${k}`;
    const name = `Centre of ${modeName(j, k)}`;
    const node = el("button", {
      type: "button", class: "map-centre", "aria-pressed": String(on), "aria-label": name, title: `${name}: light up its points`,
      on: { click: () => setLit(on ? null : [j, k]) },
    }, String(k + 1));
    node.style.setProperty("--hue", hueOf(k));
    return [put(node, at)];
  });
  const others = [];
  if (selection?.path) selection.path.forEach(({ at }, i) => others.push(put(el("span", { class: "map-stop", text: i + 1 }), at)));
  else if (selection?.where)
    others.push(put(selection.kind === "sentence"
      ? el("span", { class: "map-star", text: "★", title: selection.text })
      : el("span", { class: selection.kind === "point" ? "map-ring" : "map-ring map-ring-place" }), selection.where));
  marks.replaceChildren(...centres, ...others);
  drawContours();
  placeMarks();
}

const strokeLine = svg("path", { class: "map-stroke" });
const pathLine = svg("path", { class: "map-path" });
const curves = svg("g");
lines.append(curves, pathLine, strokeLine);
const trace = (places) => places.map(([x, y], i) => `${i ? "L" : "M"}${toScreen(x, y).map((p) => p.toFixed(1))}`).join("");

function drawStroke() {
  strokeLine.setAttribute("d", trace(stroke) + (look.tool === "lasso" && stroke.length > 2 ? "Z" : ""));
}

function placeMarks() {
  for (const [node, x, y] of placed) {
    const [px, py] = toScreen(x, y);
    node.style.transform = `translate(${px.toFixed(1)}px, ${py.toFixed(1)}px)`;
    node.hidden = px < 0 || py < 0 || px > width || py > height;
  }
  drawStroke();
  pathLine.setAttribute("d", selection?.drawn ? trace(selection.drawn) : "");
  const { x, y, scale } = frame;
  curves.setAttribute("transform", `translate(${width / 2 - x * scale} ${height / 2 + y * scale}) scale(${scale} ${-scale})`);
}

// ---- legend -------------------------------------------------------------------------------

function drawLegend() {
  const { categories, kind } = scheme;
  const j = variable();
  const rings = look.colour === `mode.${j}` ? "" : `Rings${look.contours ? " and lines" : ""}: ${scene.variables > 1 ? `modes of c${j + 1}` : "modes"}`;
  const note = el("span", { class: "map-rings", text: rings });
  if (!categories) {
    const [from, to] = kind === "sure" ? [(scheme.low / 255).toFixed(2), "1"] : [scheme.low, `${scheme.high} words and marks`];
    const strip = el("i", { class: "map-ramp", "aria-hidden": "true" });
    strip.style.background = `linear-gradient(90deg, ${VIRIDIS.join(",")})`;
    return legend.replaceChildren(el("span", { text: from }), strip, el("span", { text: to }), note);
  }
  const counts = new Uint32Array(256);
  for (const value of scheme.values) counts[value]++;
  const shown = categories.slice(0, NAMED).map((name, k) => [name, k, counts[k]]);
  if (categories.length > NAMED) shown.push(["others", NAMED, counts.slice(NAMED).reduce((a, b) => a + b, 0)]);
  legend.replaceChildren(...shown.map(([name, k, n]) => {
    const glyph = el("i", { text: glyphOf(k), "aria-hidden": "true" });
    glyph.style.color = hueOf(k);
    return el("button", {
      type: "button", "aria-pressed": String(!hidden.has(k)), title: `${noun(n)}. Click to hide or show.`,
      on: { click: ({ currentTarget }) => {
        if (!hidden.delete(k)) hidden.add(k);
        currentTarget.setAttribute("aria-pressed", String(!hidden.has(k)));
        relight();
        drawTable();
      } },
    }, glyph, el("span", { text: name }), el("small", { text: n.toLocaleString("en") }));
  }), note);
}
