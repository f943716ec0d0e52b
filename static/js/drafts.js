"use strict";
// What is typed into a form with data-draft="address" is kept there, and what was shown before counts as seen once somebody types on.
{
  const PATIENCE = 900;
  let timer;

  const seen = (form) => {
    const newest = dom.one("#stream")?.dataset.newest;
    if (newest) dom.one("[data-seen]", form)?.setAttribute("value", newest);
  };

  const keep = (form) => {
    clearTimeout(timer);
    const fields = new FormData(form);
    fields.delete("files");
    const token = document.documentElement.dataset.csrfCookie;
    const found = document.cookie.split("; ").find((one) => one.startsWith(`${token}=`));
    const headers = { "X-CSRFToken": found ? found.slice(token.length + 1) : "" };
    fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams(fields), headers, keepalive: true }).then((answer) => {
      const state = dom.one("[data-draft-state]", form);
      if (answer.ok && state) state.textContent = state.dataset.kept;
    });
  };
  dom.on("input", "[data-draft] textarea, [data-draft] [name=subject]", (event, field) => {
    clearTimeout(timer);
    seen(field.form);
    timer = setTimeout(() => keep(field.form), PATIENCE);
  });
  dom.on("submit", "[data-draft]", () => clearTimeout(timer));
  // Whoever leaves with words that were not kept yet loses none.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = dom.one("[data-draft]");
    if (event.detail.target?.id === "pane" && timer && form && dom.one("textarea", form)?.value) keep(form);
  });
}
