"use strict";
// What somebody typed, or a browser put back, before the page could hear it: told again once it can.
document.addEventListener("DOMContentLoaded", () => {
  for (const field of dom.all("input, textarea"))
    if (field.value !== field.defaultValue) field.dispatchEvent(new Event("input", { bubbles: true }));
});
