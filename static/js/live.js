"use strict";
// News without asking. data-live="conversation:12 inbox" anywhere on the page says what it follows; each piece of news becomes an event
// on the body: `live:conversation:12` and `live:conversation:12:message`, with {topic, kind, data} as detail. `live:reset` says that some
// may have been missed: look at everything anew. One stream per tab; a tab nobody looks at asks now and then instead.
{
  const ways = document.querySelector("meta[name=live]")?.dataset;
  const SOON = 4000, SELDOM = 30000, HIDDEN_FOR = 20000, TYPED = 3000, CLOSELY = 600, LISTS = 2000;
  let source, timer, leaving, followed, typed = 0, over = false;
  const topics = () => [...new Set(dom.all("[data-live]").flatMap((part) => part.dataset.live.split(/\s+/)))].filter(Boolean).sort().join(" ");
  const cursor = () => sessionStorage.getItem("live") || "";
  const remember = (known) => known && sessionStorage.setItem("live", known);
  const address = (base, more = {}) => `${base}?${new URLSearchParams({ topics: followed, since: cursor(), ...more })}`;

  // The first is told at once, those that follow closely are told as one, and the last is always told: listeners need no pace of
  // their own. (An htmx throttle would drop the last.)
  const paces = new Map();
  const tell = (name, detail) => {
    const pace = paces.get(name);
    if (pace) return (pace.next = detail);
    document.body.dispatchEvent(new CustomEvent(name, { detail }));
    const made = {};
    paces.set(name, made);
    setTimeout(() => {
      paces.delete(name);
      if (made.next) tell(name, made.next);
    }, /\d/.test(name) ? CLOSELY : LISTS);
  };
  const tellAll = (news) => {
    for (const one of news) {
      tell(`live:${one.topic}`, one);
      tell(`live:${one.topic}:${one.kind}`, one);
    }
  };

  const stop = () => {
    source = source?.close(); // which is nothing
    clearTimeout(timer);
  };

  const ask = async () => {
    clearTimeout(timer);
    try {
      const answer = await fetch(address(ways.news, document.hidden ? { hidden: 1 } : {}), { redirect: "manual" });
      // Signed out: a redirect to the sign-in page.
      if (answer.type === "opaqueredirect" || answer.status === 404) over = true;
      else if (answer.ok) {
        const said = await answer.json();
        remember(said.cursor);
        if (said.reset) tell("live:reset", {});
        tellAll(said.news);
      }
    } catch {} // The server is away for a moment; the next question finds it.
    if (!over && !source) timer = setTimeout(ask, document.hidden ? SELDOM : SOON);
  };

  const listen = () => {
    const mine = (source = new EventSource(address(ways.stream)));
    mine.addEventListener("news", (event) => {
      remember(event.lastEventId);
      tellAll(JSON.parse(event.data));
    });
    mine.addEventListener("reset", (event) => {
      remember(event.lastEventId);
      tell("live:reset", {});
    });
    // The browser comes back by itself, except after an answer that was no stream.
    mine.addEventListener("error", () => {
      if (mine.readyState !== EventSource.CLOSED || source !== mine) return;
      stop();
      timer = setTimeout(ask, SOON);
    });
  };

  const follow = () => {
    if (over) return;
    stop();
    followed = topics();
    if (ways.stream && !document.hidden) listen();
    else timer = setTimeout(ask, document.hidden ? SELDOM : SOON);
  };

  if (ways?.news) {
    follow();
    document.addEventListener("htmx:afterSettle", () => followed !== topics() && follow());
    document.addEventListener("visibilitychange", () => {
      clearTimeout(leaving);
      if (document.hidden) leaving = setTimeout(follow, HIDDEN_FOR);
      else if (!source) follow();
    });
    window.addEventListener("pagehide", stop);
    window.addEventListener("pageshow", (event) => event.persisted && follow());

    dom.on("input", "[data-types]", (event, field) => {
      if (Date.now() - typed < TYPED || !field.value) return;
      typed = Date.now();
      htmx.ajax("POST", ways.typing, { values: { topic: field.dataset.types }, swap: "none" });
    });
  }
}
