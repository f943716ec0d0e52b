"use strict";
// A text field that offers rows while one types. Choosing one puts its key into the hidden field beside; typing on takes it out.
{
  const parts = (box) => ({
    key: dom.one("input[type=hidden]", box),
    text: dom.one("[role=combobox]", box),
    list: dom.one("[role=listbox]", box),
  });
  const options = (list) => dom.all("[role=option]:not([aria-disabled])", list);

  const show = (box, open) => {
    const { text, list } = parts(box);
    list.hidden = !open;
    text.setAttribute("aria-expanded", open);
    if (!open) mark(box, -1);
  };

  const mark = (box, index) => {
    const { text, list } = parts(box);
    options(list).forEach((option, i) => option.setAttribute("aria-selected", i === index));
    text.setAttribute("aria-activedescendant", options(list)[index]?.id || "");
    options(list)[index]?.scrollIntoView({ block: "nearest" });
  };

  const take = (box, option) => {
    const { key, text } = parts(box);
    key.value = option.dataset.key;
    text.value = option.dataset.text;
    show(box, false);
    text.focus();
  };

  dom.on("input", "[data-chooser] [role=combobox]", (event, text) => (parts(text.closest("[data-chooser]")).key.value = ""));
  // Pressing must not take the focus from the text: leaving it means being done.
  dom.on("mousedown", "[data-chooser] [role=option]", (event) => event.preventDefault());
  dom.on("click", "[data-chooser] [role=option]:not([aria-disabled])", (event, option) =>
    take(option.closest("[data-chooser]"), option),
  );
  dom.on("focusout", "[data-chooser]", (event, box) => show(box, false));

  document.addEventListener("htmx:afterSwap", (event) => {
    const box = event.detail.target?.closest?.("[data-chooser]");
    if (box) show(box, parts(box).text === document.activeElement && parts(box).list.childElementCount > 0);
  });

  dom.on("keydown", "[data-chooser] [role=combobox]", (event, text) => {
    if (event.isComposing) return;
    const box = text.closest("[data-chooser]");
    const { list } = parts(box);
    const all = options(list);
    const current = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) show(box, all.length > 0);
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (all.length) mark(box, current < 0 && step < 0 ? all.length - 1 : (current + step + all.length) % all.length);
    } else if (event.key === "Enter" && !list.hidden && current >= 0) {
      event.preventDefault();
      take(box, all[current]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopImmediatePropagation();
      show(box, false);
    }
  });
}
