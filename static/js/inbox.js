"use strict";
// The inbox: walking through list and queues by keys, a stream that stays at its end.
{
  let goingTo, stays = true;

  const scroller = () => dom.one("[data-stream-scroll]");
  const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  const toEnd = () => {
    const box = scroller();
    if (box) box.scrollTop = box.scrollHeight;
  };
  toEnd();

  const mark = () => {
    const opened = dom.one("[data-opened]")?.dataset.opened;
    for (const row of dom.all(".inbox-row")) {
      const is = row.dataset.pk === opened;
      if (is) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      row.closest("li").classList.toggle("current", is);
      if (is) row.classList.remove("unread");
    }
  };
  mark();

  dom.on("click", "[data-walks]", (event, button) => {
    const rows = dom.all(".inbox-row");
    const here = rows.findIndex((row) => row.hasAttribute("aria-current"));
    const next = rows[here < 0 ? 0 : here + Number(button.dataset.walks)];
    if (!next) return;
    next.click();
    next.scrollIntoView({ block: "nearest" });
  });

  dom.on("click", "[data-walks-queue]", (event, button) => {
    const queues = dom.all("[data-queue]");
    const here = queues.findIndex((one) => one.hasAttribute("aria-current"));
    queues[(here + Number(button.dataset.walksQueue) + queues.length) % queues.length]?.click();
  });
  dom.on("click", "[data-queue]", (event, link) => {
    for (const one of dom.all("[data-queue]")) one.toggleAttribute("aria-current", one === link);
    const queues = dom.one("#inbox-queues");
    queues?.setAttribute("hx-get", queues.getAttribute("hx-get").replace(/queue=[^&]*/, `queue=${link.dataset.queue}`));
  });

  dom.on("click", "[data-toggles]", (event, button) => {
    const open = dom.one("#inbox").classList.toggle(button.dataset.toggles);
    button.setAttribute("aria-expanded", open);
  });

  // Chosen from a menu, it is done: the menu goes.
  dom.on("htmx:afterRequest", ".menu form", (event, form) => event.detail.successful && form.closest(".menu").hidePopover());

  dom.on("change", "[data-names-files]", (event, input) => {
    const place = dom.one("[data-file-names]", input.form);
    if (place) place.textContent = [...input.files].map((file) => file.name).join(", ");
  });

  dom.on("click", "[data-focuses]", () => (goingTo = true));
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id === "stream") stays = isAtEnd(scroller());
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.target;
    if (part?.id === "pane") {
      toEnd();
      mark();
    } else if (part?.id === "stream" || event.detail.elt?.id === "stream") {
      if (stays) toEnd();
    } else if (part?.id === "inbox-rows" || part?.id === "inbox-list") mark();
    else if (part?.id === "reply-composer" || event.detail.elt?.id === "reply-composer") {
      if (goingTo) dom.one("#reply-text")?.focus();
      goingTo = false;
    }
  });
}
