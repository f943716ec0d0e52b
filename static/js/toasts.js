"use strict";
// Short messages in a corner: from Django messages (already in the page), from HX-Trigger, and for failed requests.
// A message about something that can be taken back has a button for it.
{
  const box = document.getElementById("toasts");

  const arm = (toast) => {
    const undo = !dom.one("form", toast).hidden;
    const life = undo || toast.classList.contains("error") ? 9000 : 5000;
    let timer = setTimeout(() => toast.remove(), life);
    for (const type of ["pointerenter", "focusin"]) toast.addEventListener(type, () => clearTimeout(timer));
    for (const type of ["pointerleave", "focusout"])
      toast.addEventListener(type, () => (timer = setTimeout(() => toast.remove(), 3000)));
    toast.addEventListener("htmx:afterRequest", () => toast.remove());
  };

  const show = ({ text, level = "info", undo = "" }) => {
    const toast = dom.one("template", box).content.firstElementChild.cloneNode(true);
    dom.one("span", toast).textContent = text;
    toast.classList.toggle("error", level.split(" ").includes("error"));
    const form = dom.one("form", toast);
    form.hidden = !undo;
    form.action = undo;
    form.setAttribute("hx-post", undo);
    box.append(toast);
    htmx.process(toast);
    arm(toast);
  };

  dom.all(".toast", box).forEach(arm);
  dom.on("click", ".toast button[type=button]", (event, button) => button.closest(".toast").remove());
  document.addEventListener("toast", (event) => event.detail.toasts.forEach(show));

  document.addEventListener("htmx:responseError", (event) => {
    // The answer may already bring its own words.
    if (event.detail.xhr.getResponseHeader("HX-Trigger")?.includes('"toast"')) return;
    show({ text: box.dataset.failed, level: "error" });
  });
  for (const type of ["htmx:sendError", "htmx:timeout"])
    document.addEventListener(type, () => show({ text: box.dataset.offline, level: "error" }));
}
