/* Shared by all widgets: making elements, asking the server, links, painting pictures.

   latent.el(tag, props, ...children)   an element; strings become text, never markup
   latent.svg(tag, attributes, ...)     the same for a drawing
   latent.icon(name)                    one of the line icons below
   latent.mark(k)                       colour and symbol of category k; see COLOURS, SYMBOLS, GLYPHS
   latent.result(tab, {...})            the life of a result widget, see there
   latent.setView(tab, values)          write a view into the address
   latent.keep(tab, values)             a widget beside the result adds its own fields to it
   latent.paint(canvas, bytes, index)   one 28 x 28 picture as ink on paper
   latent.copy(text, button)            clipboard, with a word of confirmation
   latent.checkpoints                   name -> {title, modality, fingerprint, latent_dim}
*/
"use strict";
window.latent = (() => {
  const SCHEMA = 1;
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
  const views = {};
  const checkpoints = window.latentCheckpoints;
  let patience = 0;
  let picked = null; // the index that a link points at
  let restoring = location.hash.length > 1;

  const ICONS = {
    dice: "M4 4h16v16H4z M8.5 8.5v.01 M15.5 8.5v.01 M12 12v.01 M8.5 15.5v.01 M15.5 15.5v.01",
    copy: "M9 9h11v11H9z M5 15H4V4h11v1",
    star: "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z",
    link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1 M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1",
    moon: "M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.500 10.500z",
    code: "M8 7l-5 5 5 5 M16 7l5 5-5 5",
    save: "M12 4v11 M7 11l5 5 5-5 M5 20h14",
    close: "M6 6l12 12 M18 6L6 18",
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

  /** Intensity becomes the opacity of ink; the page's style gives the ink its colour. */
  function paint(canvas, data, index = 0, size = 28) {
    canvas.width = canvas.height = size;
    const context = canvas.getContext("2d");
    const image = context.createImageData(size, size);
    const start = index * size * size;
    for (let i = 0; i < size * size; i++) image.data[4 * i + 3] = data[start + i];
    context.putImageData(image, 0, 0);
    canvas.classList.add("lp-ink");
  }

  async function copy(text, target) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without a secure context there is no clipboard object; this older way still works.
      const area = el("textarea", { class: "lp-offscreen" });
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say("Copied.");
    if (!target) return;
    target.classList.add("lp-done");
    setTimeout(() => target.classList.remove("lp-done"), 1200);
  }

  function download(name, type, text) {
    const url = URL.createObjectURL(new Blob([text], { type }));
    el("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  function csv(rows) {
    // A leading = + - @ would be run as a formula by spreadsheets; a quote keeps it text.
    const cell = (v) => (typeof v === "string" && /^[=+\-@\t\r]/.test(v) ? `'${v}` : String(v ?? ""));
    const quote = (v) => `"${cell(v).replaceAll('"', '""')}"`;
    return rows.map((row) => row.map(quote).join(",")).join("\r\n") + "\r\n";
  }

  /** Spoken by screen readers, for things that only eyes would notice. */
  function say(text) {
    const live = document.getElementById("lp-live");
    if (live) live.textContent = text;
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

  // ---- the view in the address ----------------------------------------------------------

  function activeTab() {
    const tab = document.querySelector('#tabs [role="tab"][aria-selected="true"]');
    return tab ? tab.id.replace(/^tab-|-button$/g, "") : "";
  }

  /** A picture's data URL without the characters that an address would have to spell out. */
  function short(value) {
    const png = "data:image/png;base64,";
    if (!String(value).startsWith(png)) return value;
    return "~png:" + value.slice(png.length).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  }

  function fragment(tab, values) {
    const pairs = [["v", SCHEMA], ["tab", tab], ...Object.entries(values)];
    const known = checkpoints[values.checkpoint];
    if (known) pairs.push(["fp", known.fingerprint]);
    const encode = (v) => encodeURIComponent(short(v ?? "")).replaceAll("%2F", "/").replaceAll("%20", "+").replaceAll("%3A", ":");
    return "#" + pairs.map(([k, v]) => `${k}=${encode(v)}`).join("&");
  }

  function setView(tab, values) {
    const view = (views[tab] ??= {});
    view.values = values;
    const all = { ...values, ...view.kept };
    for (const name in view.kept) if (all[name] === "") delete all[name];
    view.fragment = fragment(tab, all);
    if (activeTab() === tab) history.replaceState(null, "", view.fragment);
  }

  /** Fields that belong to a widget beside the tab's result; an empty one is left out. */
  function keep(tab, values) {
    const view = (views[tab] ??= {});
    view.kept = { ...view.kept, ...values };
    if (view.values) setView(tab, view.values);
  }

  /** The tab was changed by a person: its view becomes a new place to come back to. */
  function tabShown() {
    const view = views[activeTab()];
    if (restoring || !view) return;
    if (view.waiting) return view.rerun();
    if (!view.fragment || location.hash === view.fragment) return;
    history.pushState(null, "", view.fragment);
  }

  function restored() {
    clearTimeout(patience);
    if (!restoring) return;
    restoring = false;
    views[activeTab()]?.rerun?.();
  }

  // ---- a result widget -------------------------------------------------------------------

  /** Called by Gradio with the controls' values, see app/links.py. */
  function run(tab, names, values) {
    const view = (views[tab] ??= {});
    view.waiting = restoring; // a link is being followed: run what it asks for, and this when seen
    if (restoring) return;
    return view.run?.(Object.fromEntries(names.map((name, i) => [name, values[i]])));
  }

  /**
   * The life of a result: ask, show that it works, draw or say what went wrong.
   * `draw(data, request, alive)` may be async; `alive()` turns false when something newer was
   * asked. `linked(request)` is what of it goes into the link. Data may carry `error`, `code` (for Show code) and `notice`.
   */
  function result(tab, { element, ready, server, draw, linked = (request) => request }) {
    const error = el("p", { class: "lp-error", role: "alert", hidden: true });
    const body = el("div", { class: "lp-body" });
    const tools = el("div", { class: "lp-tools" });
    const { drawer, show } = codeDrawer();
    element.classList.add("lp-result", "lp-fresh");
    element.append(error, body, tools, drawer);
    tools.append(drawer.opener);
    const view = (views[tab] ??= {});
    let turn = 0;
    const fail = (sentence) => {
      error.textContent = sentence;
      error.hidden = false;
      element.classList.remove("lp-fresh");
      element.classList.add("lp-stale");
    };
    Object.assign(view, {
      rerun: ready,
      cancel: () => ++turn,
      async run(request) {
        const mine = ++turn;
        const alive = () => mine === turn;
        if (request.mode) element.closest('[role="tabpanel"]').dataset.mode = request.mode;
        element.setAttribute("aria-busy", "true");
        element.classList.add("lp-waiting");
        const data = await server.run(request);
        if (!alive()) return;
        element.classList.remove("lp-waiting");
        if (!data) fail("The server does not answer. Is it still running? Then try again.");
        else if (data.error) fail(data.error);
        else {
          error.hidden = true;
          element.classList.remove("lp-stale");
          show(data.code);
          setView(tab, linked(request));
          element.classList.remove("lp-fresh");
          const drawn = draw(data, request, alive);
          if (picked !== null) showPick(element);
          await drawn;
          if (alive()) element.dataset.drawn = mine; // how tests know
        }
        if (alive()) element.removeAttribute("aria-busy");
      },
    });
    ready();
    return { body, tools, fail, view };
  }

  function codeDrawer() {
    const pre = el("pre", { tabindex: "0", "aria-label": "Python script" });
    const drawer = el("div", { class: "lp-code", hidden: true }, pre,
      button("copy", "Copy", (e) => copy(pre.textContent, e.currentTarget), { class: "lp-button lp-code-copy" }));
    drawer.opener = button("code", "Show code", (event) => {
      drawer.hidden = !drawer.hidden;
      event.currentTarget.setAttribute("aria-expanded", String(!drawer.hidden));
    }, { "aria-expanded": "false", "data-key": "c" });
    return { drawer, show: (code) => (pre.textContent = code ?? "") };
  }

  // ---- what a person keeps ---------------------------------------------------------------

  const tray = (() => {
    const KEY = "latent-kept";
    const LIMIT = 500;
    let kept = read();

    function read() {
      try {
        const stored = JSON.parse(localStorage.getItem(KEY) ?? "[]");
        return Array.isArray(stored) ? stored.filter((item) => typeof item?.result === "string" && /^#v=/.test(item.link)) : [];
      } catch {
        return []; // a damaged store must not take the page with it
      }
    }
    function write() {
      self.problem = "";
      try {
        localStorage.setItem(KEY, JSON.stringify(kept));
      } catch {
        self.problem = "This browser's storage is full or closed: what you keep now is lost on reload. Export it.";
      }
      self.onchange?.();
    }
    const same = (link) => (item) => item.link === link;
    function star(tab, values, index, item) {
      const link = `${fragment(tab, values)}&pick=${index}`;
      const node = button("star", `Keep number ${index + 1}`, () => {
        if (kept.some(same(link))) kept = kept.filter((other) => other.link !== link);
        else if (kept.length >= LIMIT) return say(`The tray holds ${LIMIT}. Remove some first.`);
        else kept.unshift(facts(link, values, index, item));
        node.setAttribute("aria-pressed", String(kept.some(same(link))));
        write();
      }, { quiet: true, class: "lp-button lp-star", "aria-pressed": String(kept.some(same(link))), "data-link": link });
      return node;
    }
    function facts(link, values, index, item) {
      const image = typeof item !== "string";
      return {
        kept: new Date().toISOString(), kind: image ? "image" : "text", link, index,
        checkpoint: values.checkpoint, fingerprint: checkpoints[values.checkpoint]?.fingerprint ?? "",
        seed: values.seed ?? 0, result: image ? btoa(String.fromCharCode(...item)) : item,
      };
    }
    function remove(item) {
      kept = kept.filter((other) => other.link !== item.link);
      for (const node of document.querySelectorAll(".lp-star"))
        if (node.dataset.link === item.link) node.setAttribute("aria-pressed", "false");
      write();
    }
    const self = {
      KEY, star, remove, problem: "", onchange: null, all: () => kept,
      reload: () => ((kept = read()), self.onchange?.()),
    };
    return self;
  })();

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

  /** A link may point at one result: show which. */
  function showPick(element) {
    const node = element.querySelector(`[data-index="${picked}"]`);
    picked = null;
    if (!node) return;
    node.classList.add("lp-picked");
    node.scrollIntoView({ block: "center" });
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.('#tabs [role="tab"]')) setTimeout(tabShown, 50);
  });

  return {
    el, svg, icon, mark, COLOURS, SYMBOLS, GLYPHS, button, bytes, paint, copy, download, csv, say, run, result, setView, keep, fragment,
    restored, activeTab, tray, sheet, picture, markdown, views, checkpoints,
    restoring: () => restoring,
    startRestoring: () => {
      restoring = true;
      clearTimeout(patience);
      patience = setTimeout(restored, 4000); // a server that fails must not leave an empty page
      picked = location.hash.match(/&pick=(\d+)/)?.[1] ?? null;
    },
  };
})();
