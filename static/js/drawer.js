"use strict";
// On phones the sidebar is a drawer; what lies behind it cannot be reached while it is open.
{
  const sidebar = document.getElementById("sidebar");
  const main = document.getElementById("main");
  let opener;

  const set = (open) => {
    sidebar.classList.toggle("open", open);
    main.inert = open;
    dom.all("[data-drawer][aria-expanded]").forEach((button) => button.setAttribute("aria-expanded", open));
    (open ? dom.one("a", sidebar) : opener)?.focus();
  };
  const isOpen = () => sidebar.classList.contains("open");

  dom.on("click", "[data-drawer]", (event, button) => {
    if (!isOpen()) opener = button;
    set(!isOpen());
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen()) set(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (isOpen() && !event.target.closest("#sidebar, [data-drawer], [popover]")) set(false);
  });
}
