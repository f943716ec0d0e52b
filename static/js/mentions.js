"use strict";
// An @ in a field with data-mentions="address" offers colleagues; Ctrl Enter in a field with data-sends sends its form.
{
  const list = document.createElement("div");
  list.className = "menu mention-list";
  list.popover = "manual";
  list.setAttribute("role", "listbox");
  document.body.append(list);
  let field, timer, asked;

  // What was typed after the last @, or null when the cursor is not in a mention.
  const typed = () => field.value.slice(0, field.selectionStart).match(/(^|[^\w.+-])@([^@\n]{0,30})$/)?.[2] ?? null;
  const options = () => dom.all("[role=option]", list);
  const current = () => options().find((one) => one.getAttribute("aria-selected") === "true");
  const close = () => list.matches(":popover-open") && list.hidePopover();

  const choose = (option) => {
    options().forEach((one) => one.setAttribute("aria-selected", one === option));
    field.setAttribute("aria-activedescendant", option?.id || "");
    option?.scrollIntoView({ block: "nearest" });
  };

  const show = (html) => {
    list.replaceChildren(document.createRange().createContextualFragment(html));
    const place = field.getBoundingClientRect();
    list.showPopover();
    list.style.left = `${Math.max(8, Math.min(place.left, innerWidth - list.offsetWidth - 8))}px`;
    list.style.top = `${Math.min(place.bottom + 4, innerHeight - list.offsetHeight - 8)}px`;
    choose(options()[0]);
  };

  const ask = async () => {
    const word = typed();
    if (word === null) return close();
    const turn = (asked = {});
    const answer = await fetch(`${field.dataset.mentions}?q=${encodeURIComponent(word)}`);
    if (turn !== asked || !answer.ok || typed() === null) return;
    const html = await answer.text();
    // Words that name nobody are just words.
    if (word.includes(" ") && !html.includes("role=\"option\"")) close();
    else show(html);
  };

  const take = (option) => {
    const start = field.selectionStart - typed().length;
    field.setRangeText(`${option.dataset.word} `, start, field.selectionStart, "end");
    close();
    field.focus();
  };

  dom.on("input", "[data-mentions]", (event, target) => {
    field = target;
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });

  dom.on(
    "keydown",
    "[data-mentions], [data-sends]",
    (event, target) => {
      if (event.isComposing) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.matches("[data-sends]")) {
        event.preventDefault();
        return target.form.requestSubmit();
      }
      if (!list.matches(":popover-open")) return;
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
  dom.on("focusout", "[data-mentions]", close);

  // On a slow line somebody may have begun to type before this was here.
  if (document.activeElement?.matches("[data-mentions]")) {
    field = document.activeElement;
    ask();
  }
}
