"use strict";
// Menus are native popovers: this places them at their button, lets arrow keys walk them and counts ticked filters.
{
  const opener = (menu) => dom.one(`[popovertarget="${menu.id}"]`);
  const items = (menu) => dom.all("input,button,a", menu);

  const show = (menu) => {
    const button = opener(menu);
    if (!button) return;
    const place = button.getBoundingClientRect();
    const left = Math.min(place.left, innerWidth - menu.offsetWidth - 8);
    const below = place.bottom + menu.offsetHeight + 8 <= innerHeight || place.top < menu.offsetHeight;
    menu.style.left = `${Math.max(8, left)}px`;
    menu.style.top = `${below ? place.bottom + 6 : place.top - menu.offsetHeight - 6}px`;
    items(menu)[0]?.focus({ preventScroll: true });
  };

  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!menu.matches?.(".menu[popover]")) return;
      opener(menu)?.setAttribute("aria-expanded", event.newState === "open");
      if (event.newState === "open") show(menu);
    },
    true,
  );

  // Some menus are filled when they are opened.
  document.addEventListener("htmx:afterSettle", ({ target }) => target.matches(".menu:popover-open") && show(target));

  dom.on("keydown", ".menu[popover]", (event, menu) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const all = items(menu);
    const next = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    all[(next + all.length) % all.length]?.focus();
  });

  // The filter button shows how many boxes of its menu are ticked.
  dom.on("change", ".filter-bar .menu input", (event, input) => {
    const menu = input.closest(".menu");
    const button = opener(menu);
    const ticked = dom.all(":checked", menu).length;
    button.classList.toggle("on", ticked > 0);
    dom.one(".amount", button)?.remove();
    if (!ticked) return;
    const amount = document.createElement("span");
    amount.className = "amount";
    amount.textContent = ticked;
    button.append(amount);
  });
}
