// What is at the place: the item, its numbers, its nearest item, the places before it, the legend.
// Joined to latent_pad.js by widget.py; shares its names.

/** A sentence as text, a picture as a small canvas. */
function thing(item) {
  if (isText()) return el("span", { class: "pad-text", text: item });
  const canvas = el("canvas", { "aria-hidden": "true" });
  paint(canvas, bytes(item));
  return canvas;
}

function drawItem(item) {
  if (!isText()) return paint(picture, bytes(item));
  sentence.textContent = item;
  showTerritory(item);
}

function drawNumbers({ z, log_p_z, log_p_x, round_trip, distance, off_manifold, nearest }) {
  const [first, second] = axes();
  const filled = Math.round(5 * (round_trip ?? 0));
  const digits = distance < 10 ? 1 : 0;
  const here = isUnit() ? show(at[1]) : at.map((x) => show(x)).join(", ");
  const said = [
    [isUnit() ? `unit ${at[0]}` : `${first}, ${second}`, here,
      `The place on the pad. The whole code: ${z.map((x) => show(x)).join(", ")}`],
    ["log p(z)", log_p_z == null ? "no prior" : `${show(log_p_z, 1)} nats`,
      "How likely this code is under the prior N(0, I)."],
    ["log p(x|z)", log_p_x == null ? "no density" : `${show(log_p_x, 1)} nats`,
      "How sure the decoder is of the item shown."],
    ["round trip", round_trip == null ? "no encoder" : `${"●".repeat(filled)}${"○".repeat(5 - filled)} ${show(100 * round_trip, 0)}%`,
      "The item is encoded and decoded again: the share that comes back."],
    ["distance to data", distance == null ? "–" : `percentile ${show(distance, digits)}`,
      "Density of training codes here, as a percentile of held-out codes; below 1 is far."],
  ];
  facts.replaceChildren(...said.flatMap(([name, value, why]) => [
    el("dt", { text: name, title: why }),
    el("dd", { text: value, title: why }),
  ]));
  mark.textContent = off_manifold ? "far from data" : "";
  mark.title = off_manifold ? "Fewer than 1% of held-out codes lie in so thin a region." : "";
  nearestItem.replaceChildren(thing(nearest.item));
  const label = nearest.label ? `, class ${nearest.label}` : "";
  nearestTitle.textContent = nearest.held_out ? "Nearest held-out item" : "Nearest draw of the prior";
  nearestNote.textContent = nearest.held_out
    ? `As the model reconstructs it${label}; ${show(nearest.away)} away in z`
    : `This model has no encoder, so no held-out item has a code; ${show(nearest.away)} away in z`;
}

function drawFilm() {
  film.replaceChildren(...Array.from({ length: FILM }, (_, i) => {
    const place = places[i];
    if (!place) return el("span", { class: "pad-slot" });
    const name = isText() ? `${placeText(place.at)}: ${place.item}` : placeText(place.at);
    return el("button", {
      type: "button", class: "pad-slot", title: name, "aria-label": `Go back to ${name}`,
      on: { click: (event) => go(place.at, { time: event.timeStamp, glide: true }) },
    }, thing(place.item));
  }));
}

function columns() {
  const [first, second] = axes();
  return [first, second, "decoded", "log p(z), nats", "log p(x|z), nats", "round trip", "distance percentile"];
}

function drawTable() {
  head.replaceChildren(...columns().map((text) => el("th", { text, scope: "col" })));
  rows.replaceChildren(...places.map((place) => el("tr", {},
    ...place.at.map((x) => el("td", { text: show(x, 4) })),
    el("td", {}, thing(place.item)),
    ...[place.log_p_z, place.log_p_x, place.round_trip, place.distance].map((x) => el("td", { text: show(x) })))));
}

function exportCsv() {
  const size = places[0]?.z.length ?? 0;
  const z = Array.from({ length: size }, (_, i) => `z${i}`);
  const lines = places.map((p) => [
    ...p.at, isText() ? p.item : "", p.log_p_z, p.log_p_x, p.round_trip, p.distance, ...p.z,
  ]);
  const text = latent.csv([[...columns(), ...z], ...lines]);
  latent.download("places.csv", "text/csv", text);
}

function drawLegend() {
  if (scene.dots) {
    const toggle = (label) => {
      if (hidden.has(label)) hidden.delete(label);
      else hidden.add(label);
      drawDots();
      drawLegend();
    };
    const all = scene.classes.map((_, label) => label);
    const chips = all.map((label) => {
      const glyph = el("i", { text: GLYPHS[label % GLYPHS.length], "aria-hidden": "true" });
      glyph.style.color = COLOURS[label % COLOURS.length];
      return el("button", {
        type: "button", "aria-pressed": String(!hidden.has(label)), on: { click: () => toggle(label) },
      }, glyph, el("span", { text: scene.classes[label] }));
    });
    const everything = el("button", {
      type: "button", "aria-pressed": String(hidden.size === 0), "aria-label": "All held-out codes",
      on: {
        click: () => {
          hidden = hidden.size ? new Set() : new Set(all);
          drawDots();
          drawLegend();
        },
      },
    }, el("span", { text: "All" }));
    legend.replaceChildren(everything, ...chips);
    return;
  }
  legend.replaceChildren(...scene.points.map(({ name, label, item, unknown }, i) => el("button", {
    type: "button", class: "pad-point", title: `Go to ${name}`,
    on: { click: () => go(isUnit() ? scene.home : CORNERS[i], { glide: true }) },
  }, el("b", { text: name }),
  isText() ? el("span", { class: "pad-text", text: label === item ? label : `${label}  →  ${item}` }) : thing(item),
  isText() ? null : el("span", { class: "pad-note", text: label }),
  unknown.length ? el("span", { class: "lp-caution", text: `unknown: ${unknown.join(", ")}` }) : null)));
}
