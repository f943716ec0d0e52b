"use strict";
// A list whose items are put in order by buttons: <ul data-order> with <button data-moves="-1"> in each item.
{
  dom.on("click", "[data-order] [data-moves]", (event, button) => {
    const item = button.closest("li");
    const other = button.dataset.moves === "-1" ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (button.dataset.moves === "-1") other.before(item);
    else other.after(item);
    button.focus();
    item.scrollIntoView({ block: "nearest" });
  });
}
