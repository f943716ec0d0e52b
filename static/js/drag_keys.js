"use strict";
// Calendars without a pointer: Alt and arrows move the focused entry by a day or a week; drag.js saves it.
{
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

  dom.on("keydown", "[data-drag] [data-card]", (event, card) => {
    const step = event.altKey && STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const days = dom.all("td", card.closest("[data-drag]"));
    const day = days[days.indexOf(card.closest("td")) + step];
    if (!day?.hasAttribute("data-drop")) {
      document.getElementById("live").textContent = card.closest("[data-drag]").dataset.stays;
      return;
    }
    const detail = { list: card.parentNode, next: card.nextSibling };
    dom.one("ul", day).append(card);
    dom.one("a", card).focus();
    card.dispatchEvent(new CustomEvent("moved", { bubbles: true, detail }));
  });
}
