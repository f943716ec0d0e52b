"use strict";
// Cards between columns: mouse and pen drag, touch after a long press, Alt and arrows on the keyboard.
// <div data-drag data-moved="Moved to"> holds [data-drop-stage][data-label] lists with [data-card][data-move-url] items.
{
  const EDGE = 40;
  let card, ghost, home, start, timer;

  const lists = (board) => dom.all("[data-drop-stage]", board);
  const clear = () => dom.all("[data-drop-stage].over").forEach((list) => list.classList.remove("over"));

  const save = (moved) => {
    const board = moved.closest("[data-drag]");
    const list = moved.closest("[data-drop-stage]");
    const order = dom.all("[data-card]", list).map((one) => one.dataset.card);
    const values = { stage: list.dataset.dropStage, order: order.join(",") };
    htmx.ajax("POST", moved.dataset.moveUrl, { source: board, swap: "none", values });
    for (const one of lists(board)) {
      const count = document.getElementById(`count-${one.dataset.dropStage}`);
      if (count) count.textContent = dom.all("[data-card]", one).length;
    }
    document.getElementById("live").textContent = `${board.dataset.moved} ${list.dataset.label}`;
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
    const column = document.elementFromPoint(x, y)?.closest(".board-column");
    const list = column && dom.one("[data-drop-stage]", column);
    if (!list) return;
    list.classList.add("over");
    const others = dom.all("[data-card]:not(.gap)", list);
    const middle = (one) => one.getBoundingClientRect().top + one.offsetHeight / 2;
    list.insertBefore(card, others.find((one) => y < middle(one)) || null);
    const board = list.closest("[data-drag]");
    const frame = board.getBoundingClientRect();
    if (x > frame.right - EDGE) board.scrollLeft += 12;
    else if (x < frame.left + EDGE) board.scrollLeft -= 12;
  };

  const drop = (keep) => {
    clearTimeout(timer);
    if (ghost) {
      ghost.remove();
      card.classList.remove("gap");
      clear();
      if (!keep) home.list.insertBefore(card, home.next);
      else if (card.parentNode !== home.list || card.nextSibling !== home.next) save(card);
    }
    card = ghost = null;
  };

  dom.on("pointerdown", "[data-drag] [data-card]", (event, target) => {
    if (event.button || event.target.closest("a,button,input,select")) return;
    const { left, top } = target.getBoundingClientRect();
    card = target;
    start = { x: event.clientX, y: event.clientY, dx: event.clientX - left, dy: event.clientY - top };
    if (event.pointerType === "touch") timer = setTimeout(() => (lift(), place(start.x, start.y)), 260);
  });
  document.addEventListener("pointermove", (event) => {
    if (!card) return;
    if (!ghost) {
      if (Math.hypot(event.clientX - start.x, event.clientY - start.y) <= 5) return;
      if (event.pointerType === "touch") return drop(false);
      lift();
    }
    event.preventDefault();
    place(event.clientX, event.clientY);
  });
  document.addEventListener("touchmove", (event) => ghost && event.preventDefault(), { passive: false });
  dom.on("moved", "[data-drag] [data-card]", (event, target) => save(target));
  document.addEventListener("keydown", (event) => event.key === "Escape" && card && drop(false));
  document.addEventListener("pointerup", () => card && drop(true));
  document.addEventListener("pointercancel", () => card && drop(false));
}
