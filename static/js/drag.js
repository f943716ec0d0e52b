"use strict";
// Entries between the days of a calendar: mouse and pen drag, touch after a long press.
// <table data-drag data-moved="Moved to" data-stays="It stays."> has [data-drop="2026-11-24"][data-label] cells with a list each and
// [data-card][data-move-url] entries in them. drag_keys.js moves without a pointer; what has moved is saved here.
{
  const PRESS = 260, SLIP = 5;
  let card, ghost, home, start, timer;

  const clear = () => dom.all("[data-drop].over").forEach((day) => day.classList.remove("over"));

  const save = (moved, from) => {
    const board = moved.closest("[data-drag]");
    const day = moved.closest("[data-drop]");
    const { moved: said, stays } = board.dataset;
    const answered = ({ detail }) => {
      document.getElementById("live").textContent = detail.successful ? `${said} ${day.dataset.label}` : stays;
      if (!detail.successful) putBack(moved, from);
    };
    board.addEventListener("htmx:afterRequest", answered, { once: true });
    htmx.ajax("POST", moved.dataset.moveUrl, { source: board, swap: "none", values: { until: day.dataset.drop } });
  };

  // Whatever is refused goes back to where it was, and who moved it by keys stays on it.
  const putBack = (moved, from) => {
    const focused = moved.contains(document.activeElement);
    from.list.insertBefore(moved, from.next);
    if (focused) dom.one("a", moved).focus();
  };

  const lift = () => {
    const { width } = card.getBoundingClientRect();
    ghost = card.cloneNode(true);
    ghost.classList.add("lifted");
    ghost.style.width = `${width}px`;
    document.body.append(ghost);
    card.classList.add("gap");
    home = { list: card.parentNode, next: card.nextSibling };
  };

  const place = (x, y) => {
    ghost.style.left = `${x - start.dx}px`;
    ghost.style.top = `${y - start.dy}px`;
    clear();
    const day = document.elementFromPoint(x, y)?.closest("[data-drop]");
    if (!day) return;
    day.classList.add("over");
    if (day !== card.closest("td")) dom.one("ul", day).append(card);
  };

  const swallow = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };

  const drop = (keep) => {
    clearTimeout(timer);
    if (ghost) {
      ghost.remove();
      card.classList.remove("gap");
      clear();
      // Whoever lets go over a link did not mean to follow it.
      document.addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => document.removeEventListener("click", swallow, true));
      if (keep && card.parentNode !== home.list) save(card, home);
      else home.list.insertBefore(card, home.next);
    }
    card = ghost = null;
  };

  dom.on("pointerdown", "[data-drag] [data-card]", (event, target) => {
    if (event.button) return;
    const { left, top } = target.getBoundingClientRect();
    card = target;
    start = { x: event.clientX, y: event.clientY, dx: event.clientX - left, dy: event.clientY - top };
    if (event.pointerType === "touch") timer = setTimeout(() => (lift(), place(start.x, start.y)), PRESS);
  });
  document.addEventListener("pointermove", (event) => {
    if (!card) return;
    if (!ghost) {
      if (Math.hypot(event.clientX - start.x, event.clientY - start.y) <= SLIP) return;
      if (event.pointerType === "touch") return drop(false);
      lift();
    }
    event.preventDefault();
    place(event.clientX, event.clientY);
  });
  dom.on("dragstart", "[data-drag] [data-card]", (event) => event.preventDefault());
  // A long press on a link would open its menu.
  document.addEventListener("contextmenu", (event) => ghost && event.preventDefault());
  document.addEventListener("touchmove", (event) => ghost && event.preventDefault(), { passive: false });
  dom.on("moved", "[data-drag] [data-card]", (event, target) => save(target, event.detail));
  document.addEventListener("keydown", (event) => event.key === "Escape" && card && drop(false));
  document.addEventListener("pointerup", () => card && drop(true));
  document.addEventListener("pointercancel", () => card && drop(false));
}
