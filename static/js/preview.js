"use strict";
// A short look at a customer from any link to one: Space on the link, or the small button that comes up beside it.
{
  const panel = document.getElementById("preview");
  const place = dom.one("[data-preview-place]", panel);
  const button = document.getElementById("preview-opener");
  const address = /^\/customers\/(\d+)\/$/;
  let link, timer;

  const customer = (anchor) => new URL(anchor.href, location).pathname.match(address)?.[1];
  const offers = (anchor) => customer(anchor) && !panel.contains(anchor) && customer(anchor) !== here();
  const here = () => location.pathname.match(address)?.[1];

  const open = (anchor) => {
    hide();
    place.replaceChildren(document.getElementById("preview-waiting").content.cloneNode(true));
    panel.showModal();
    htmx.ajax("GET", `/customers/${customer(anchor)}/preview/`, { target: place });
  };

  const hide = () => {
    clearTimeout(timer);
    button.hidden = true;
  };

  const show = (anchor) => {
    link = anchor;
    const spot = (anchor.closest("td") || anchor).getBoundingClientRect();
    button.hidden = false;
    button.style.left = `${Math.min(spot.right, innerWidth) - button.offsetWidth - 4}px`;
    button.style.top = `${spot.top + (spot.height - button.offsetHeight) / 2}px`;
  };

  dom.on("pointerover", "a[href], #preview-opener", (event, target) => {
    if (event.pointerType === "touch" || target === button) return clearTimeout(timer);
    hide();
    if (offers(target)) timer = setTimeout(show, 250, target);
  });
  dom.on("pointerout", "a[href], #preview-opener", () => {
    clearTimeout(timer);
    timer = setTimeout(hide, 300);
  });
  document.addEventListener("scroll", hide, true);
  button.addEventListener("click", () => open(link));

  dom.on("keydown", "a[href]", (event, anchor) => {
    if (event.key !== " " || !offers(anchor)) return;
    event.preventDefault();
    link = anchor;
    open(anchor);
  });
  panel.addEventListener("close", () => {
    place.replaceChildren();
    link?.focus({ preventScroll: true });
  });
}
