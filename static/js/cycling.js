"use strict";
// <button data-cycles="name">: presses the next one of the radio buttons called so. With data-key it is one key's work.
{
  dom.on("click", "[data-cycles]", (event, button) => {
    const all = dom.all(`input[type=radio][name="${CSS.escape(button.dataset.cycles)}"]`);
    const next = all[(all.findIndex((one) => one.checked) + 1) % all.length];
    if (!next) return;
    next.checked = true;
    next.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
