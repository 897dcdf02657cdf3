// Keeps an open page up to date: rows of the Wire as they move, other pages by asking again.
"use strict";

(() => {
  const events = document.body.dataset.events;
  const status = document.getElementById("status");
  const news = document.getElementById("news");
  const wire = document.getElementById("wire");
  const pause = document.getElementById("pause");
  const ROWS = 100; // on an open Wire; older ones go
  const AGAIN = 400; // milliseconds that a page waits for company before it is asked for again
  let paused = false;
  let missed = 0;
  let timer = null;

  if (!events || !window.EventSource) return;

  // The server escapes what it sends, as it does in pages; a parsed document runs no script.
  const parse = (html) => new DOMParser().parseFromString(html, "text/html");

  const say = (text) => {
    if (news) news.textContent = text;
  };

  function moved(html) {
    const row = parse(html).querySelector("li.item");
    if (!row) return;
    const old = document.getElementById(row.id);
    const focused = old && old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    if (old) old.remove();
    row.classList.add("fresh");
    wire.prepend(row);
    if (focused) {
      const link = [...row.querySelectorAll("a")].find((each) => each.getAttribute("href") === focused);
      if (link) link.focus({ preventScroll: true });
    }
    while (wire.children.length > ROWS) wire.lastElementChild.remove();
    const empty = document.getElementById("empty");
    if (empty) empty.remove();
    say(`${row.querySelector("h2").textContent} moved`);
  }

  async function again() {
    timer = null;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer || !answer.ok) return;
    const page = parse(await answer.text());
    for (const id of ["live", "wire"]) {
      const ours = document.getElementById(id);
      const theirs = page.getElementById(id);
      if (!ours || !theirs) continue;
      const focused = ours.contains(document.activeElement) ? document.activeElement : null;
      const place = focused && (focused.id ? `#${CSS.escape(focused.id)}` : null);
      const href = focused && focused.getAttribute("href");
      const open = [...ours.querySelectorAll("details[open]")].length;
      if (open && id === "live" && ours.dataset.on === "rejects") {
        say("More was refused; close the sample to see it");
        return;
      }
      const scrolled = [...ours.querySelectorAll(".scroll")].map((each) => each.scrollLeft);
      ours.replaceChildren(...theirs.childNodes);
      ours.querySelectorAll(".scroll").forEach((each, at) => (each.scrollLeft = scrolled[at] || 0));
      const back =
        (place && ours.querySelector(place)) ||
        (href && [...ours.querySelectorAll("a")].find((each) => each.getAttribute("href") === href));
      if (back) back.focus({ preventScroll: true });
    }
    const empty = document.getElementById("empty");
    if (empty && wire && wire.children.length) empty.remove();
    say("The page is up to date");
  }

  function soon() {
    if (paused) return hold();
    if (timer === null) timer = setTimeout(again, AGAIN + Math.random() * AGAIN);
  }

  function hold() {
    missed += 1;
    pause.textContent = `Resume (${missed} new)`;
  }

  const source = new EventSource(`${events}${events.includes("?") ? "&" : "?"}from=${document.body.dataset.event}`);
  source.addEventListener("status", (event) => {
    const said = parse(event.data).body;
    if (status.textContent.trim() !== said.textContent.trim()) status.replaceChildren(...said.childNodes);
  });
  source.addEventListener("row", (event) => (paused ? hold() : wire && moved(event.data)));
  source.addEventListener("moved", soon);
  source.addEventListener("again", soon);
  source.addEventListener("rejects", () => {
    const live = document.getElementById("live");
    if (live && live.dataset.on === "rejects") soon();
  });
  source.addEventListener("error", () => {
    status.textContent = "The board does not answer; trying again.";
  });

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Resume" : "Pause";
    if (!paused && missed) {
      missed = 0;
      soon();
    }
  });
})();
