"use strict";
// Boards without a pointer: Alt and arrows move the focused card; drag.js saves what has moved.
{
  dom.on("keydown", "[data-drag] [data-card]", (event, card) => {
    if (!event.altKey || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const lists = dom.all("[data-drop-stage]", card.closest("[data-drag]"));
    const here = lists.indexOf(card.parentNode);
    const before = card.previousElementSibling;
    const after = card.nextElementSibling;
    if (event.key === "ArrowUp" && before) before.before(card);
    else if (event.key === "ArrowDown" && after) after.after(card);
    else if (event.key === "ArrowLeft" && lists[here - 1]) lists[here - 1].prepend(card);
    else if (event.key === "ArrowRight" && lists[here + 1]) lists[here + 1].prepend(card);
    else return;
    card.focus();
    card.dispatchEvent(new CustomEvent("moved", { bubbles: true }));
  });
}
