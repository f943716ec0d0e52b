"use strict";
// One key presses what says so: <a data-key="] j">. Never while somebody types, or with Ctrl, Alt or the like.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.target.closest?.("input,textarea,select,[contenteditable],dialog")) return;
  const pressed = dom.all("[data-key]").find((one) => one.dataset.key.split(" ").includes(event.key));
  if (!pressed) return;
  event.preventDefault();
  pressed.click();
});
