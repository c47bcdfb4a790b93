/* What widgets make their parts of; app.js goes on from here.

   latent.el(tag, props, ...children)   an element; strings become text, never markup
   latent.svg(tag, attributes, ...)     the same for a drawing
   latent.icon(name), latent.button     one of the line icons below, and a button with it
   latent.mark(k)                       colour and symbol of category k; see COLOURS, SYMBOLS, GLYPHS
   latent.paint(canvas, bytes, index)   one 28 x 28 picture as ink on paper
   latent.changed(parts)                a sentence with its edits marked
   latent.typeset(formula)              plain text with lower indices
   latent.tableTwin(title)              the numbers behind a drawing
   latent.markdown(source)              a model card as elements
*/
"use strict";
window.latent = (() => {
  // Okabe and Ito's palette without its black, which a dark page would swallow.
  const COLOURS = ["#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#0072B2", "#D55E00", "#B8A900"];
  // A category's symbol as a path of a canvas around (x, y), and as a letter.
  const SYMBOLS = [
    (pen, x, y, r) => pen.arc(x, y, r, 0, 7),
    (pen, x, y, r) => pen.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76),
    (pen, x, y, r) => (pen.moveTo(x, y - r * 1.2), pen.lineTo(x + r * 1.1, y + r * 0.8), pen.lineTo(x - r * 1.1, y + r * 0.8), pen.closePath()),
    (pen, x, y, r) => (pen.moveTo(x, y - r * 1.3), pen.lineTo(x + r * 1.3, y), pen.lineTo(x, y + r * 1.3), pen.lineTo(x - r * 1.3, y), pen.closePath()),
    (pen, x, y, r) => (pen.rect(x - r * 1.2, y - r * 0.45, r * 2.4, r * 0.9), pen.rect(x - r * 0.45, y - r * 1.2, r * 0.9, r * 2.4)),
  ];
  const GLYPHS = ["●", "■", "▲", "◆", "✚"];
  const ICONS = {
    dice: "M4 4h16v16H4z M8.5 8.5v.01 M15.5 8.5v.01 M12 12v.01 M8.5 15.5v.01 M15.5 15.5v.01",
    copy: "M9 9h11v11H9z M5 15H4V4h11v1",
    star: "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z",
    link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1 M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1",
    moon: "M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.500 10.500z",
    code: "M8 7l-5 5 5 5 M16 7l5 5-5 5",
    save: "M12 4v11 M7 11l5 5 5-5 M5 20h14",
    close: "M6 6l12 12 M18 6L6 18",
    back: "M9 5L2 12l7 7h12V5z M17 9.500l-5 5 M12 9.500l5 5",
    swap: "M7 4L3 8l4 4 M3 8h14 M17 20l4-4-4-4 M21 16H7",
    open: "M14 4h6v6 M20 4l-9 9 M18 14v6H4V6h6",
    card: "M5 3h14v18H5z M8.500 8h7 M8.500 12h7 M8.500 16h4",
  };

  /** An element. `text` and children are text nodes; `on` maps events to listeners. */
  function el(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(props)) {
      if (key === "on") for (const [type, fn] of Object.entries(value)) node.addEventListener(type, fn);
      else if (key === "text") node.textContent = value;
      else if (value === true) node.setAttribute(key, "");
      else if (value !== false && value != null) node.setAttribute(key, value);
    }
    node.append(...children.filter((child) => child != null));
    return node;
  }

  /** An element of a drawing, with attributes and children. */
  function svg(tag, attributes = {}, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  function icon(name) {
    const strokes = ICONS[name].split(/ (?=M)/).map((d) => svg("path", { d }));
    return svg("svg", { class: "lp-icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, ...strokes);
  }

  /** The symbol of category k in its colour. */
  function mark(k) {
    const canvas = el("canvas", { class: "lp-symbol", width: 24, height: 24, "aria-hidden": "true" });
    const pen = canvas.getContext("2d");
    pen.fillStyle = COLOURS[k % COLOURS.length];
    pen.beginPath();
    SYMBOLS[k % SYMBOLS.length](pen, 12, 12, 7);
    pen.fill();
    return canvas;
  }

  /** A button with an icon and a name; the name is shown unless `quiet`. */
  function button(name, label, click, { quiet = false, ...props } = {}) {
    const shown = quiet ? { "aria-label": label, title: label } : {};
    const parts = [name && icon(name), quiet ? null : el("span", { text: label })];
    return el("button", { type: "button", class: "lp-button", ...shown, ...props, on: { click } }, ...parts);
  }

  /** The bytes of one picture as an image of its own, with a name for those who cannot see it. */
  function picture(data, label, props = {}) {
    const canvas = el("canvas", { role: "img", "aria-label": label, ...props });
    paint(canvas, data);
    return canvas;
  }

  function bytes(base64) {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  }

  /** Grey becomes the opacity of ink, to which the page's style gives its colour; red, green and
      blue, three bytes a pixel, stay what they are. */
  function paint(canvas, data, index = 0, size = 28) {
    canvas.width = canvas.height = size;
    const context = canvas.getContext("2d");
    const image = context.createImageData(size, size);
    const coloured = data.length === 3 * size * size;
    const start = index * size * size;
    for (let i = 0; i < size * size; i++) {
      if (coloured) image.data.set([data[3 * i], data[3 * i + 1], data[3 * i + 2], 255], 4 * i);
      else image.data[4 * i + 3] = data[start + i];
    }
    context.putImageData(image, 0, 0);
    canvas.classList.toggle("lp-ink", !coloured);
  }

  /** Pictures side by side in one PNG. */
  function sheet(pictures, name, side = 28, scale = 4, across = 0) {
    across ||= Math.ceil(Math.sqrt(pictures.length));
    const canvas = el("canvas", { width: across * side * scale, height: Math.ceil(pictures.length / across) * side * scale });
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingEnabled = false;
    const one = document.createElement("canvas");
    pictures.forEach((data, i) => {
      paint(one, data, 0, side);
      context.drawImage(one, (i % across) * side * scale, Math.floor(i / across) * side * scale, side * scale, side * scale);
    });
    el("a", { href: canvas.toDataURL("image/png"), download: name }).click();
  }

  /** A sentence, given in parts, with the words marked that another does not have. */
  function changed(parts) {
    const node = el("span");
    if (!parts.length) node.append("(nothing)");
    let last = null;
    parts.forEach(({ text, space, mark, old }, i) => {
      const gap = i && (space || parts[i - 1].mark === "delete") ? " " : "";
      if (last && last.mark === mark && last.old === old) return last.node.append(gap, text); // one mark for a run
      const tag = { insert: "ins", delete: "del", replace: "mark" }[mark] ?? "span";
      last = { mark, old, node: el(tag, { text, title: mark === "replace" ? `was: ${old}` : null }) };
      node.append(gap, last.node);
    });
    return node;
  }

  /** A formula in plain text as nodes: letters and digits after a _ stand lower. */
  function typeset(text) {
    return text.split(/_([\p{L}\p{N}]+)/u).map((part, i) => (i % 2 ? el("sub", { text: part }) : part));
  }

  /** Numbers behind a drawing: a table to unfold. `set(columns, rows)` fills it, `rows()` are as given. */
  function tableTwin(title) {
    const [head, body] = [el("tr"), el("tbody")];
    const details = el("details", { class: "lp-twin" }, el("summary", { text: title }),
      el("div", { class: "lp-twin-scroll", tabindex: "0", role: "region", "aria-label": title },
        el("table", {}, el("thead", {}, head), body)));
    let made = [];
    details.addEventListener("toggle", () => details.open && fill());
    const fill = () => body.replaceChildren(...made.map((row) => el("tr", {}, ...row.map((cell) => el("td", { text: cell })))));
    return {
      details,
      rows: () => made,
      set(columns, lines) {
        made = lines;
        head.replaceChildren(...columns.map((text) => el("th", { text, scope: "col" })));
        details.columns = columns;
        if (details.open) fill();
      },
    };
  }

  // ---- model cards ------------------------------------------------------------------------

  /** The Markdown of a card as elements: headings, lists, tables, code; pictures are left out. */
  function markdown(source) {
    const nodes = [];
    const blocks = source.replace(/^---\n[\s\S]*?\n---\n/, "").split(/(```[\s\S]*?```)|\n{2,}/);
    for (const block of blocks) if (block?.trim()) nodes.push(cardBlock(block.trim()));
    return nodes.filter(Boolean);
  }

  function cardBlock(block) {
    const [first, ...rest] = block.split("\n");
    const heading = first.match(/^(#+) (.*)/);
    if (block.startsWith("```")) return el("pre", { text: rest.slice(0, -1).join("\n") });
    if (heading) return el(`h${Math.min(3, heading[1].length)}`, {}, ...inline([heading[2], ...rest].join(" ")));
    if (first.startsWith("|")) return cardTable([first, ...rest]);
    if (/^[-*] /.test(first))
      return el("ul", {}, ...block.split(/\n(?=[-*] )/).map((line) => el("li", {}, ...inline(line.slice(2)))));
    return /^!\[/.test(first) ? null : el("p", {}, ...inline(block));
  }

  function cardTable(lines) {
    const cells = (line) => line.replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
    const row = (line, tag) => el("tr", {}, ...cells(line).map((cell) => el(tag, {}, ...inline(cell))));
    const [head, , ...body] = lines;
    return el("table", {}, el("thead", {}, row(head, "th")), el("tbody", {}, ...body.map((line) => row(line, "td"))));
  }

  function inline(text) {
    return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\(https?:[^)]+\))/).map((part) => {
      const link = part.match(/^\[(.+)\]\((.+)\)$/);
      if (link) return el("a", { href: link[2], target: "_blank", rel: "noopener", text: link[1] });
      if (/^`.+`$/.test(part)) return el("code", { text: part.slice(1, -1) });
      return /^\*\*.+\*\*$/.test(part) ? el("strong", { text: part.slice(2, -2) }) : part;
    });
  }

  return { el, svg, icon, mark, COLOURS, SYMBOLS, GLYPHS, button, picture, bytes, paint, sheet, changed, typeset, tableTwin, markdown };
})();
