"use strict";
// Search from anywhere: Ctrl K or "/", arrows to choose, Enter to open.
{
  const palette = document.getElementById("palette");
  const input = dom.one("input", palette);
  const options = () => dom.all("[role=option]", palette);

  const open = () => {
    if (palette.open) return;
    palette.showModal();
    input.select();
    htmx.trigger(input, "open");
  };

  const choose = (index) => {
    const all = options();
    all.forEach((option, i) => option.setAttribute("aria-selected", i === index));
    input.setAttribute("aria-activedescendant", all[index]?.id || "");
    all[index]?.scrollIntoView({ block: "nearest" });
  };

  dom.on("click", "[data-palette]", open);
  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input,textarea,select,[contenteditable]");
    const shortcut = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    if (!shortcut && (event.key !== "/" || typing)) return;
    event.preventDefault();
    open();
  });

  input.addEventListener("keydown", (event) => {
    // While pinyin is being typed, Enter and the arrows belong to the input method.
    if (event.isComposing) return;
    const all = options();
    const current = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "Enter") {
      event.preventDefault();
      (all[current] || all[0])?.click();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (all.length) choose(current < 0 && step < 0 ? all.length - 1 : (current + step + all.length) % all.length);
    }
  });

  input.addEventListener("htmx:afterRequest", () => choose(-1));
}
