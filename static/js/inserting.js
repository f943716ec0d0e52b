"use strict";
// <button data-inserts="words"> puts its words where the cursor last stood inside [data-takes-inserts].
{
  let last;

  dom.on("focusin", "[data-takes-inserts] :is(input[type=text], textarea)", (event, field) => (last = field));

  dom.on("click", "[data-inserts]", (event, button) => {
    const field = last?.isConnected ? last : dom.one("[data-takes-inserts] textarea");
    if (!field) return;
    field.focus();
    field.setRangeText(button.dataset.inserts, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
