"use strict";
// htmx: the CSRF header comes from the cookie, so swapped parts need no token; empty filters stay out of addresses.
{
  const cookie = (name) => {
    const found = document.cookie.split("; ").find((one) => one.startsWith(name + "="));
    return found ? found.slice(name.length + 1) : "";
  };

  document.addEventListener("htmx:configRequest", (event) => {
    const { verb, headers, formData } = event.detail;
    if (verb !== "get") {
      headers["X-CSRFToken"] = cookie(document.documentElement.dataset.csrfCookie);
      return;
    }
    for (const [name, value] of [...formData.entries()]) if (value === "") formData.delete(name);
  });

  // A plain GET form tidies its address the same way.
  dom.on("submit", "form[method=get]", (event, form) => {
    if (form.hasAttribute("hx-get")) return;
    const empty = dom.all("input[name],select[name]", form).filter((field) => field.value === "");
    for (const field of empty) field.disabled = true;
    setTimeout(() => empty.forEach((field) => (field.disabled = false)));
  });

  // Leaving the search box is no new search: typing has asked already, and a late answer would lose fresh ticks.
  dom.on("change", ".filter-bar input[type=search]", (event) => event.stopPropagation(), true);

  // A second click on a slow button must not send twice.
  dom.on("submit", "form[method=post]:not([hx-post])", (event, form) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 5000);
  });

  // A form that comes back with errors shows the first of them.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.xhr?.status !== 422) return;
    const wrong = dom.one(".is-invalid, .invalid-feedback");
    wrong?.scrollIntoView({ block: "center" });
    wrong?.focus?.({ preventScroll: true });
  });

  // Keyboard users stay where they were when the part around them was replaced.
  let focused = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    const active = document.activeElement;
    focused = event.detail.target?.contains?.(active) ? active.id || active.getAttribute("href") || "" : "";
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!focused || document.activeElement !== document.body) return;
    const again =
      document.getElementById(focused) || dom.one(`a[href="${CSS.escape(focused)}"]`) || dom.one(".results [tabindex]");
    again?.focus({ preventScroll: true });
    focused = "";
  });
}
