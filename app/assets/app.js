/* Shared by all widgets: asking the server, links, what a person keeps. Adds to elements.js:

   latent.result(tab, {...})            the life of a result widget, see there
   latent.setView(tab, values)          write a view into the address
   latent.keep(tab, values)             a widget beside the result adds its own fields to it
   latent.copy(text, button)            clipboard, with a word of confirmation
   latent.checkpoints                   name -> {title, modality, fingerprint, latent_dim, classes}
*/
"use strict";
Object.assign(window.latent, (() => {
  const { el, button } = window.latent;
  const SCHEMA = 1;
  const views = {};
  const checkpoints = window.latentCheckpoints;
  let patience = 0;
  let picked = null; // the index that a link points at
  let restoring = location.hash.length > 1;
  let asked = false; // the server is setting the controls after a link
  let coming = ""; // a newer link that waits for it
  let sender = null;
  let leaving = false; // a tab was clicked, and the address is still that of the one before

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
    if (activeTab() !== tab || restoring) return;
    // A first result may be here before `tabShown`; it must not replace the view that was left.
    if (leaving && new URLSearchParams(location.hash.slice(1)).get("tab") !== tab) history.pushState(null, "", view.fragment);
    else history.replaceState(null, "", view.fragment);
  }

  /** Fields that belong to a widget beside the tab's result; an empty one is left out. */
  function keep(tab, values) {
    const view = (views[tab] ??= {});
    view.kept = { ...view.kept, ...values };
    if (view.values) setView(tab, view.values);
  }

  /** The tab was changed by a person: its view becomes a new place to come back to. */
  function tabShown() {
    const tab = activeTab();
    const view = views[tab];
    leaving = false;
    if (restoring) return;
    if (!view || (!view.fragment && !view.waiting)) {
      // Its first result is still to come and will replace this, not the view that was left.
      if (!location.hash.startsWith(fragment(tab, {}))) history.pushState(null, "", fragment(tab, {}));
      return;
    }
    if (view.waiting) {
      history.pushState(null, "", location.hash); // so that Back leads to the tab that a link opened
      return view.rerun();
    }
    if (!view.fragment || location.hash === view.fragment) return;
    history.pushState(null, "", view.fragment);
  }

  /** Follow a link: `send` has the server set the controls. Gradio drops an event while an
      earlier one of its kind is under way, so a newer link waits, and only the newest counts. */
  function follow(link, send) {
    restoring = true;
    views[link.match(/[#&]tab=(\w+)/)?.[1]]?.cancel?.(); // an answer to what was there before must not undo it
    if (asked) return void (coming = link);
    asked = true;
    clearTimeout(patience);
    patience = setTimeout(shown, 4000); // a server that fails must not leave an empty page
    picked = link.match(/&pick=(\d+)/)?.[1] ?? null;
    sender = send;
    send(link);
  }

  /** The controls are set, be it in time or not. */
  function restored() {
    asked = false;
    const link = coming;
    coming = "";
    if (link) follow(link, sender);
    else shown();
  }

  function shown() {
    clearTimeout(patience);
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

  /** A link may point at one result: show which. */
  function showPick(element) {
    const node = element.querySelector(`[data-index="${picked}"]`);
    picked = null;
    if (!node) return;
    node.classList.add("lp-picked");
    node.scrollIntoView({ block: "center" });
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.('#tabs [role="tab"]')) return;
    leaving = true;
    setTimeout(tabShown, 50);
  }, true); // before what the tab itself does

  /** Asks a widget's server functions; what comes back late or not at all is `{error: lost}`. */
  function asker(server, patience, lost) {
    return async (name, question) => {
      let timer;
      const late = new Promise((done) => (timer = setTimeout(done, patience)));
      try {
        return (await Promise.race([server[name](question), late])) || { error: lost };
      } catch {
        return { error: lost };
      } finally {
        clearTimeout(timer);
      }
    };
  }

  return {
    asker, copy, download, csv, say, run, result, setView, keep, fragment, follow, restored, activeTab, tray,
    views, checkpoints,
    restoring: () => restoring,
  };
})());
