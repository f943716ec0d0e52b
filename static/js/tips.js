"use strict";
// The numbers behind a bar, a point or a cell, beside the pointer.
{
  const tip = document.getElementById("tip");

  document.addEventListener("pointerover", (event) => {
    const target = event.target.closest?.("[data-tip]");
    tip.hidden = !target;
    if (target) tip.textContent = target.dataset.tip;
  });

  document.addEventListener("pointermove", (event) => {
    if (tip.hidden) return;
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.max(8, event.clientY - tip.offsetHeight - 12)}px`;
  });

  document.addEventListener("htmx:beforeSwap", () => (tip.hidden = true));
}
