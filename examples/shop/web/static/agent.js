// The pages of the desk work without this: it keeps the inbox fresh, counts down,
// tells who else is at a ticket, and takes keys.
"use strict";
(() => {
  const inbox = document.getElementById("inbox");
  const watch = document.getElementById("watch");
  const rows = () => inbox ? [...inbox.querySelectorAll("a.open")] : [];
  const words = document.documentElement.lang === "de"
    ? { late: "seit ", left: "noch ", lateDays: " Tagen", leftDays: " Tage" }
    : { late: "for ", left: "in ", lateDays: " days", leftDays: " days" };

  // The shop's clock may go faster than the browser's: what is shown starts at the
  // server's time of the row.
  const loaded = new WeakMap();
  const two = (n) => String(n).padStart(2, "0");
  const countdown = () => {
    for (const e of document.querySelectorAll("[data-due]")) {
      if (!loaded.has(e)) { loaded.set(e, Date.now()); e.title = e.textContent; }
      const now = Date.parse(e.dataset.now) + Date.now() - loaded.get(e);
      const left = Math.round((Date.parse(e.dataset.due) - now) / 1000), late = left < 0;
      const s = Math.abs(left), h = Math.floor(s / 3600);
      const text = h >= 48 ? Math.floor(h / 24) + (late ? words.lateDays : words.leftDays) : h + ":" + two(Math.floor(s / 60) % 60) + ":" + two(s % 60);
      e.textContent = (late ? words.late : words.left) + text;
      e.classList.toggle("bad", late);
    }
  };
  setInterval(countdown, 1000);
  countdown();

  if (inbox) {
    new EventSource(inbox.dataset.stream).onmessage = (m) => {
      const here = rows().find((a) => a === document.activeElement);
      inbox.innerHTML = m.data; // made and escaped by the page's own template
      countdown();
      const again = here && rows().find((a) => a.getAttribute("href") === here.getAttribute("href"));
      if (again) again.focus();
    };
  }
  if (watch) {
    new EventSource(watch.dataset.stream).onmessage = (m) => {
      const cut = m.data.indexOf(" ");
      const others = m.data.slice(cut + 1);
      const said = [];
      if (others) said.push(watch.dataset.others + " " + others + ".");
      if (m.data.slice(0, cut) !== watch.dataset.seq) said.push(watch.dataset.changed);
      watch.textContent = said.join(" ");
      watch.hidden = said.length === 0;
    };
  }

  const choose = (by) => {
    const all = rows(), at = all.indexOf(document.activeElement);
    if (all.length > 0) all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))].focus();
  };
  const go = (id) => {
    const f = document.getElementById(id);
    if (!f) return false;
    for (let d = f.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    f.focus();
    return true;
  };
  const press = (id) => { const f = document.getElementById(id); if (f) f.requestSubmit(); return !!f; };
  const help = () => {
    const k = document.getElementById("keys");
    if (k) { k.open = !k.open; k.firstElementChild.focus(); }
    return !!k;
  };
  const keys = {
    j: () => { choose(1); return !!inbox; }, k: () => { choose(-1); return !!inbox; },
    r: () => go("reply"), n: () => go("note"), t: () => press("take"),
    i: () => { location.assign("/desk"); return true; }, "?": help,
  };
  const typing = (e) => e.target.closest("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.isComposing) return;
    if (typing(e)) {
      if (e.key === "Escape") document.activeElement.blur(); // back to the keys
      return;
    }
    if (Object.hasOwn(keys, e.key) && keys[e.key]()) e.preventDefault();
  });
})();
