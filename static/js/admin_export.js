"use strict";
// One box for all columns of an export.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-select-all]")) return;
  for (const box of document.querySelectorAll(".selectable-field-export-row input[type=checkbox]"))
    box.checked = event.target.checked;
});
