// Keeps the inspector up to date and opens messages without a new page. Everything it shows is fetched from the
// server as it is drawn there; without this file a reload does the same.
"use strict";
(() => {
  const root = document.getElementById("inspector");
  const live = document.getElementById("live");
  if (!root || !live || !window.EventSource || !window.DOMParser) return;

  let events = null;
  let view = null;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  /** Messages that are being opened: they go before news. */
  let opening = 0;
  let missed = false;
  const loading = {};

  // ---- what is on the page: swapped, with the reader's place in it kept

  const parts = ["flow", "controls"];

  /** Fetches an address of the inspector as a document. Of each kind only the newest request counts. */
  async function load(address, kind) {
    loading[kind]?.abort();
    loading[kind] = new AbortController();
    const answer = await fetch(address, { signal: loading[kind].signal, headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("inspector")) throw new Error("not the inspector");
    return page;
  }

  const notice = document.getElementById("notice");
  const STOPPED = "The playground is stopped. Start it again, and this page goes on.";
  const RESTARTED = "The playground was started again; messages of before are gone.";

  /** Says something above the messages; nothing, if there is nothing to say. */
  function tell(words) {
    notice.textContent = words;
    notice.hidden = !words;
  }

  /** Notes which run of the playground the page is of: another one has forgotten what this page shows. */
  function noteRun(fresh) {
    if (notice.textContent === STOPPED) tell("");
    if (fresh.dataset.run !== root.dataset.run) tell(RESTARTED);
    root.dataset.run = fresh.dataset.run;
    root.dataset.events = fresh.dataset.events;
  }

  function swap(id, page) {
    const mine = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (mine && fresh) mine.replaceWith(document.adoptNode(fresh));
  }

  /** The first row that is in sight, and where: new rows above it must not move it. */
  function anchor() {
    for (const link of document.querySelectorAll("#flow .title")) {
      const top = link.getBoundingClientRect().top;
      if (top > 0 && top < innerHeight) return { id: link.id, top };
    }
    return null;
  }

  function keepPlace(before) {
    const link = before && document.getElementById(before.id);
    if (link) scrollBy({ top: link.getBoundingClientRect().top - before.top, behavior: "instant" });
  }

  const focus = (id) => id && document.getElementById(id)?.focus({ preventScroll: true });
  const folded = () => new Map([...document.querySelectorAll("#flow details")].map((one) => [one.id, one.open]));
  const newest = () => [...document.querySelectorAll("#walks > details:first-child .row")].pop();
  const count = () => document.querySelectorAll("#walks .row").length;
  const inSight = (row) => {
    const place = row && row.getBoundingClientRect();
    return Boolean(place) && place.bottom > 0 && place.top < innerHeight - 24;
  };

  /** Shows what came in: the diagram and the counts, not the message that is open. */
  async function refresh() {
    if (opening) {
      missed = true;
      return;
    }
    const page = await load(location.href, "news");
    const focused = document.activeElement?.id;
    const [place, states, follows, had] = [anchor(), folded(), inSight(newest()), count()];
    const first = () => document.querySelector("#walks > details")?.id;
    const was = first();
    for (const id of parts) swap(id, page);
    const begun = !states.has(first());
    for (const [id, open] of states) {
      const details = document.getElementById(id);
      // The walk that was the newest folds itself when the next one begins, unless somebody reads in it.
      if (details && !(follows && begun && id === was)) details.open = open;
    }
    if (follows) newest()?.closest("details").setAttribute("open", "");
    noteRun(page.getElementById("inspector"));
    keepPlace(place);
    focus(focused);
    const row = newest();
    if (follows && row && !inSight(row)) row.scrollIntoView({ block: "end", behavior: calm.matches ? "instant" : "smooth" });
    announce(!follows && count() > had && !inSight(row));
  }

  // ---- the way to what is new, for who reads further up

  const button = document.createElement("button");
  button.type = "button";
  button.id = "newest";
  button.className = "newest";
  button.textContent = "Newer messages";
  button.hidden = true;
  button.addEventListener("click", () => {
    announce(false);
    const row = newest();
    row?.closest("details").setAttribute("open", "");
    row?.scrollIntoView({ block: "center" });
  });
  root.append(button);
  const announce = (there) => { button.hidden = !there; };
  addEventListener("scroll", () => { if (inSight(newest())) announce(false); }, { passive: true });

  // ---- opening a message

  let placeOfDiagram = 0;

  async function open(address, remember) {
    opening += 1;
    loading.news?.abort();
    try {
      show(await load(address, "message"), address, remember);
    } finally {
      opening -= 1;
      if (missed && !opening) {
        missed = false;
        refresh().catch(() => {});
      }
    }
  }

  function show(page, address, remember) {
    if (!root.classList.contains("with-detail")) placeOfDiagram = scrollY;
    const another = new URL(address, location.href).searchParams.get("view") !== view;
    const place = anchor();
    const states = another ? [] : folded();
    const focused = document.activeElement?.id;
    const fresh = page.getElementById("inspector");
    tell("");
    announce(false);
    noteRun(fresh);
    root.className = fresh.className;
    document.title = page.title;
    if (remember) history.pushState(null, "", address);
    for (const id of parts) swap(id, page);
    focus(focused);
    for (const [id, unfolded] of states) {
      const details = document.getElementById(id);
      if (details && unfolded) details.open = true;
    }
    const detail = page.getElementById("detail");
    document.getElementById("detail")?.remove();
    if (detail) root.querySelector(".panes").append(document.adoptNode(detail));
    const beside = matchMedia("(min-width: 68rem)").matches;
    // Another view begins with its newest walk, which is at the top.
    if (another || (detail && !beside)) scrollTo({ top: 0, behavior: "instant" });
    else if (!detail && !beside) scrollTo({ top: placeOfDiagram, behavior: "instant" });
    else keepPlace(place);
    if (detail) document.getElementById("detail-title")?.focus({ preventScroll: true });
    const current = document.querySelector("#flow .row.open");
    if (detail && beside && current) current.scrollIntoView({ block: "nearest" });
    listen();
  }

  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link || !plain || link.target || link.origin !== location.origin) return;
    if (link.pathname !== location.pathname) return;
    event.preventDefault();
    if (isCutOff()) return tell(STOPPED);
    const from = link.id === "close-detail" && new URLSearchParams(location.search).get("message");
    open(link.href, true)
      .then(() => from && focus(`m-${from}`))
      .catch((error) => failed(error, () => location.assign(link.href)));
  });

  // Starting over is a form: without a server to send it to, the browser would show an error page.
  root.addEventListener("submit", (event) => {
    if (!isCutOff()) return;
    event.preventDefault();
    tell(STOPPED);
  });

  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) document.getElementById("close-detail")?.click();
  });

  addEventListener("popstate", () => {
    open(location.href, false).catch((error) => failed(error, () => location.reload()));
  });

  /** What was fetched did not come: because nobody answers, or for a reason that the browser may show. */
  function failed(error, otherwise) {
    if (error.name === "AbortError") return;
    // The Fetch Standard's network error.
    if (error instanceof TypeError) tell(STOPPED);
    else otherwise();
  }

  // ---- news

  const isCutOff = () => live.classList.contains("off");

  function say(state) {
    live.className = `live ${state}`;
    live.textContent = { on: "Live", off: "Not connected. Trying again …", full: "Reload to see what is new" }[state];
  }

  /** Listens for what is new in the view that is shown. */
  function listen() {
    const wanted = new URLSearchParams(location.search).get("view");
    if (events && view === wanted) return;
    if (events) events.close();
    events = null;
    if (document.hidden) return;
    view = wanted;
    events = new EventSource(root.dataset.events);
    events.addEventListener("open", () => {
      say("on");
      if (notice.textContent === STOPPED) tell("");
    });
    events.addEventListener("changed", () => refresh().catch(() => {}));
    events.addEventListener("error", () => say(events && events.readyState === EventSource.CLOSED ? "full" : "off"));
  }

  // A page that nobody sees holds no connection: a browser has few to one host.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      if (events) events.close();
      events = null;
    } else {
      listen();
    }
  });

  listen();
})();
