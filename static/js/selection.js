"use strict";
// Rows with a box: shift takes a range, the head's box takes the page, the bar appears with the first tick.
{
  const boxes = (form) => dom.all("[name=ids]", form);
  let last;

  const paint = (form) => {
    const all = boxes(form);
    const ticked = all.filter((box) => box.checked).length;
    const head = dom.one("[data-select-page]", form);
    const matching = dom.one("[name=matching]", form);
    const more = dom.one("[data-select-matching]", form);
    if (ticked < all.length && matching) matching.value = "";
    if (head) {
      head.checked = ticked > 0 && ticked === all.length;
      head.indeterminate = ticked > 0 && ticked < all.length;
    }
    if (more) more.hidden = ticked < all.length || matching?.value === "1";
    dom.one("[data-selected]", form).textContent = matching?.value === "1" ? more.dataset.selectMatching : ticked;
    dom.one(".bulk-bar", form).hidden = ticked === 0;
  };

  dom.on("change", "[data-bulk] input[type=checkbox]", (event, box) => {
    const form = box.closest("[data-bulk]");
    if ("selectPage" in box.dataset) boxes(form).forEach((one) => (one.checked = box.checked));
    paint(form);
  });

  dom.on("click", "[data-bulk] [name=ids]", (event, box) => {
    const all = boxes(box.closest("[data-bulk]"));
    if (event.shiftKey && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((one) => (one.checked = box.checked));
    }
    last = box;
  });

  // Everything that matches the filters, not only this page: the server repeats the query.
  dom.on("click", "[data-select-matching]", (event, button) => {
    const form = button.closest("[data-bulk]");
    dom.one("[name=matching]", form).value = "1";
    paint(form);
  });

  dom.on("click", "[data-select-none]", (event, button) => {
    const form = button.closest("[data-bulk]");
    boxes(form).forEach((one) => (one.checked = false));
    paint(form);
  });
}
