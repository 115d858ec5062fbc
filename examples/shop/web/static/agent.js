// The pages of the desk work without this: it keeps the inbox fresh, counts down,
// tells who else is at a ticket, and takes keys.
"use strict";
(() => {
  const inbox = document.getElementById("inbox");
  const watch = document.getElementById("watch");
  let at = -1;

  const rows = () => inbox ? [...inbox.querySelectorAll("a.open")] : [];
  const choose = (i) => {
    const all = rows();
    if (all.length === 0) return;
    at = Math.max(0, Math.min(all.length - 1, i));
    all[at].focus();
  };

  // The shop's clock may go faster than the browser's: what is shown starts at the
  // server's time of the row.
  const loaded = new WeakMap();
  const countdown = () => {
    for (const e of document.querySelectorAll("[data-due]")) {
      if (!loaded.has(e)) { loaded.set(e, Date.now()); e.title = e.textContent; }
      const now = Date.parse(e.dataset.now) + Date.now() - loaded.get(e);
      const left = Math.round((Date.parse(e.dataset.due) - now) / 1000);
      const s = Math.abs(left), h = Math.floor(s / 3600);
      const clock = h >= 48 ? Math.floor(h / 24) + " d" : h + ":" + String(Math.floor(s / 60) % 60).padStart(2, "0") + ":" + String(s % 60).padStart(2, "0");
      e.textContent = (left < 0 ? "−" : "") + clock;
      e.classList.toggle("bad", left < 0);
    }
  };
  setInterval(countdown, 1000);
  countdown();

  if (inbox) {
    new EventSource(inbox.dataset.stream).onmessage = (m) => {
      const focused = rows().findIndex((a) => a === document.activeElement);
      const href = focused < 0 ? "" : rows()[focused].getAttribute("href");
      inbox.innerHTML = m.data; // made and escaped by the page's own template
      countdown();
      const again = rows().find((a) => a.getAttribute("href") === href);
      if (again) again.focus();
    };
  }
  if (watch) {
    new EventSource(watch.dataset.stream).onmessage = (m) => {
      const cut = m.data.indexOf(" ");
      const others = m.data.slice(cut + 1);
      const said = [];
      if (others) said.push(watch.dataset.others + " " + others);
      if (m.data.slice(0, cut) !== watch.dataset.seq) said.push(watch.dataset.changed);
      watch.textContent = said.join(" ");
      watch.hidden = said.length === 0;
    };
  }

  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.target.closest("input, textarea, select")) return;
    const go = (id) => { const f = document.getElementById(id); if (f) { const d = f.closest("details"); if (d) d.open = true; f.focus(); e.preventDefault(); } };
    if (e.key === "j") choose(at + 1);
    else if (e.key === "k") choose(at - 1);
    else if (e.key === "r") go("reply");
    else if (e.key === "n") go("note");
    else if (e.key === "?") { const k = document.getElementById("keys"); if (k) { k.open = !k.open; k.firstElementChild.focus(); } }
  });
})();
