"use strict";
// Search from anywhere: Ctrl K or "/", arrows to choose, Enter to open. Before anything is typed it offers what this
// page can do, where one was last, and where one may go. What stands on the page is read from the page itself.
{
  const KEPT = 8;
  const RECORD = /^\/[a-z/-]+\/\d+\/$/;
  const HERE = "[data-command], #page .actions :is(a, button).button, #page .tabs .button, .profile-head .button";
  const palette = document.getElementById("palette");
  const input = dom.one("input", palette);
  const results = document.getElementById("palette-results");
  const options = () => dom.all("[role=option]", palette);
  const recent = () => (localStorage.getItem("recent") || "").split(",").filter(Boolean);
  let actions = [];

  if (RECORD.test(location.pathname)) {
    const others = recent().filter((one) => one !== location.pathname);
    localStorage.setItem("recent", [location.pathname, ...others].slice(0, KEPT).join(","));
  }

  const name = (one) => (one.dataset.command || one.getAttribute("aria-label") || one.textContent).trim();

  const open = () => {
    if (palette.open) return;
    actions = dom.all(HERE).filter((one) => one.getClientRects().length && !one.closest("dialog,[popover]") && name(one));
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

  // The page's own buttons as options, above what the server found if nothing was asked, else below it.
  const offer = () => {
    const asked = input.value.trim().toLowerCase();
    const fit = actions.filter((one) => !asked || name(one).toLowerCase().includes(asked));
    if (!fit.length) return;
    const group = dom.one("#palette-here").content.firstElementChild.cloneNode(true);
    const form = dom.one("[role=option]", group);
    fit.forEach((one, place) => {
      const option = form.cloneNode(true);
      const icon = dom.one("svg", one);
      option.id = `option-here-${place}`;
      dom.one("b", option).textContent = name(one);
      if (icon) dom.one("svg", option).replaceWith(icon.cloneNode(true));
      option.addEventListener("click", () => setTimeout(() => one.click()));
      group.append(option);
    });
    form.remove();
    dom.one("[aria-disabled]", results)?.remove();
    if (asked) results.append(group);
    else results.prepend(group);
  };

  dom.on("click", "[data-palette]", open);
  palette.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (event.target === palette || (option && !event.ctrlKey && !event.metaKey)) palette.close();
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input,textarea,select,[contenteditable]");
    const shortcut = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    const slash = event.key === "/" && !typing && localStorage.getItem("keys-off") !== "1";
    if (!shortcut && !slash) return;
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

  input.addEventListener("htmx:configRequest", (event) => {
    if (!input.value.trim()) event.detail.formData.set("recent", recent().join(","));
  });
  input.addEventListener("htmx:afterRequest", () => (offer(), choose(-1)));
}
