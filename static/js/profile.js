"use strict";
// The customer page: panels that could not be loaded say so and can be asked again.
{
  const fail = (event) => {
    const panel = event.target;
    // A form inside a card that goes wrong is no card that could not be loaded.
    if (!panel.matches?.("[data-panel]")) return;
    // The card says it itself: no toast beside it.
    event.stopImmediatePropagation();
    const place = dom.one(".skeleton, .panel-failed", panel);
    place?.replaceWith(document.getElementById("panel-failed").content.cloneNode(true));
  };
  for (const type of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
    document.addEventListener(type, fail, true);

  dom.on("click", "[data-panel-again]", (event, button) => htmx.trigger(button.closest("[data-panel]"), "again"));
}
