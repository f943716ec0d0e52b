"use strict";
// A slash at the beginning of a line of a field with data-canned="address" offers canned replies; choosing one puts it in its place.
{
  const list = document.createElement("div");
  list.className = "menu canned-menu";
  list.popover = "manual";
  list.setAttribute("role", "listbox");
  document.body.append(list);
  let field, timer, asked;

  // What was typed after the slash, or null when there is none at the beginning of this line.
  const typed = () => field.value.slice(0, field.selectionStart).match(/(^|\n)\/([^\n/]{0,30})$/)?.[2] ?? null;
  const options = () => dom.all("[role=option]", list);
  const current = () => options().find((one) => one.getAttribute("aria-selected") === "true");
  const close = () => list.matches(":popover-open") && list.hidePopover();
  const choose = (option) => {
    options().forEach((one) => one.setAttribute("aria-selected", one === option));
    option?.scrollIntoView({ block: "nearest" });
  };

  const show = (html) => {
    list.replaceChildren(document.createRange().createContextualFragment(html));
    const place = field.getBoundingClientRect();
    list.showPopover();
    list.style.left = `${Math.max(8, Math.min(place.left, innerWidth - list.offsetWidth - 8))}px`;
    list.style.top = `${Math.max(8, place.top - list.offsetHeight - 6)}px`;
    choose(options()[0]);
  };

  const ask = async () => {
    const word = typed();
    if (word === null) return close();
    const turn = (asked = {});
    const answer = await fetch(`${field.dataset.canned}?q=${encodeURIComponent(word)}`);
    if (turn !== asked || !answer.ok || typed() === null) return;
    const html = await answer.text();
    if (word && !html.includes('role="option"')) close();
    else show(html);
  };

  const use = (option) => option.dataset.uses && htmx.ajax("POST", option.dataset.uses, { swap: "none" });
  const take = (option) => {
    const start = field.selectionStart - typed().length - 1;
    field.setRangeText(option.dataset.inserts, start, field.selectionStart, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    use(option);
    close();
    field.focus();
  };

  dom.on("input", "[data-canned]", (event, target) => {
    field = target;
    clearTimeout(timer);
    timer = setTimeout(ask, 100);
  });
  dom.on(
    "keydown",
    "[data-canned]",
    (event) => {
      if (event.isComposing || !list.matches(":popover-open")) return;
      const all = options();
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") close();
      else if ((event.key === "Enter" || event.key === "Tab") && current()) take(current());
      else if (step && all.length) choose(all[(all.indexOf(current()) + step + all.length) % all.length]);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) take(option);
  });
  // Chosen from the menu beside the field, it is put in by data-inserts.
  dom.on("click", "#canned-menu [data-uses]", (event, option) => {
    use(option);
    dom.one("#canned-menu").hidePopover();
  });
  dom.on("focusout", "[data-canned]", close);
}
