"use strict";
// Short messages in a corner: from Django messages (already in the page), from HX-Trigger, and for failed requests.
{
  const box = document.getElementById("toasts");

  const arm = (toast) => {
    const life = toast.classList.contains("error") ? 9000 : 5000;
    let timer = setTimeout(() => toast.remove(), life);
    toast.addEventListener("pointerenter", () => clearTimeout(timer));
    toast.addEventListener("pointerleave", () => (timer = setTimeout(() => toast.remove(), 2000)));
  };

  const show = ({ text, level = "info" }) => {
    const toast = dom.one("template", box).content.firstElementChild.cloneNode(true);
    dom.one("span", toast).textContent = text;
    toast.classList.toggle("error", level.split(" ").includes("error"));
    box.append(toast);
    arm(toast);
  };

  dom.all(".toast", box).forEach(arm);
  dom.on("click", ".toast button", (event, button) => button.closest(".toast").remove());
  document.addEventListener("toast", (event) => event.detail.toasts.forEach(show));

  document.addEventListener("htmx:responseError", (event) => {
    // The answer may already bring its own words.
    if (event.detail.xhr.getResponseHeader("HX-Trigger")?.includes('"toast"')) return;
    show({ text: box.dataset.failed, level: "error" });
  });
  for (const type of ["htmx:sendError", "htmx:timeout"])
    document.addEventListener(type, () => show({ text: box.dataset.offline, level: "error" }));
}
