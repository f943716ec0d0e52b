"use strict";
// Light, dark or as the system. The server remembers it in a cookie, so a page never flashes in the wrong colours.
{
  const root = document.documentElement;
  const press = () =>
    dom.all("[data-theme-choice]").forEach((button) => {
      button.setAttribute("aria-pressed", button.dataset.themeChoice === root.dataset.theme);
    });

  dom.on("click", "[data-theme-choice]", (event, button) => {
    root.dataset.theme = button.dataset.themeChoice;
    press();
  });
  press();
}
