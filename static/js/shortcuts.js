"use strict";
// Keys, the same on every page. <a data-key="] j"> is pressed by either key, <a data-sequence="g c"> by one after the other.
// Never while somebody types, with Ctrl or Alt, behind a dialog, or once they were switched off on this device.
{
  const PATIENCE = 1200;
  const ROWS = "#page :is(tbody .main-cell a, tbody a.person, .tasks .task-title, .row-list > li > a:not(.button), .pickup-link)";
  const OFF = "keys-off";
  let begun = "";
  let timer;

  const isOff = () => localStorage.getItem(OFF) === "1";
  const shown = (selector) => dom.all(selector).find((one) => one.getClientRects().length);
  const rows = () => [...new Set(dom.all(ROWS))].filter((one) => one.getClientRects().length);

  const walk = (step) => {
    const all = rows();
    if (!all.length) return;
    const row = document.activeElement.closest("tr, li");
    const here = all.findIndex((one) => one === document.activeElement || (row && one.closest("tr, li") === row));
    const next = all[Math.min(all.length - 1, Math.max(0, here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  const plain = {
    j: () => walk(1),
    k: () => walk(-1),
    x: () => dom.one("input[type=checkbox]", document.activeElement.closest("tr") || document.createElement("p"))?.click(),
    "]": () => shown("#page a[rel=next]")?.click(),
    "[": () => shown("#page a[rel=prev]")?.click(),
    f: () => shown("#page form[role=search] input[type=search], #page .filter-bar input[type=search]")?.focus(),
    e: () => shown('#page a[href$="/edit/"]')?.click(),
    "?": () => dom.one("#keys")?.showModal(),
    "？": () => dom.one("#keys")?.showModal(),
  };

  const press = (event) => {
    const named = dom
      .all(":is(a, button)[data-key]")
      .findLast((one) => one.dataset.key.split(" ").includes(event.key) && one.getClientRects().length);
    const act = named ? () => named.click() : plain[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  const leads = (keys, whole) =>
    dom.all("[data-sequence]").find((one) => (whole ? one.dataset.sequence === keys : one.dataset.sequence.startsWith(`${keys} `)));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || isOff()) return;
    if (event.target.closest?.("input:not([type=checkbox], [type=radio]),textarea,select,[contenteditable],dialog,[role=menu]")) return;
    if (dom.one("dialog[open], [popover]:popover-open")) return;
    const keys = begun ? `${begun} ${event.key}` : event.key;
    const target = begun && leads(keys, true);
    begun = "";
    clearTimeout(timer);
    if (target) {
      event.preventDefault();
      target.click();
    } else if (leads(event.key, false)) {
      begun = event.key;
      timer = setTimeout(() => (begun = ""), PATIENCE);
    } else press(event);
  });

  dom.on("change", "[data-keys-switch]", (event, box) => localStorage.setItem(OFF, box.checked ? "0" : "1"));
  const box = dom.one("[data-keys-switch]");
  if (box) box.checked = !isOff();
}
