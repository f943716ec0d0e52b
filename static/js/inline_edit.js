"use strict";
// Fields that are edited where they stand: saved on leaving, Escape takes the typing back, Enter saves at once.
{
  const FORM = "form[data-inline]";
  const inputs = (form) => dom.all("input:not([type=hidden]),select,textarea", form);

  const isTyped = (form) =>
    inputs(form).some((field) => {
      if (field.type === "checkbox") return field.checked !== field.defaultChecked;
      if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
      return field.value !== field.defaultValue;
    });

  const cancel = (form) => dom.one("[data-cancel]", form).click();

  dom.on("keydown", FORM, (event, form) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    cancel(form);
  });

  dom.on("focusout", FORM, (event, form) => {
    // After this turn: only then is known whether the focus stays inside, and whether the form is still there.
    setTimeout(() => {
      if (!form.isConnected || form.contains(document.activeElement) || !document.hasFocus()) return;
      // What was found wrong, or clashes, waits for a decision.
      if (form.hasAttribute("data-asks")) return;
      if (isTyped(form)) form.requestSubmit();
      else cancel(form);
    });
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const place = document.getElementById(event.detail.target?.id);
    if (!place?.matches(".inline-field")) return;
    const form = dom.one(FORM, place);
    if (form) {
      const field = dom.one(".is-invalid", form) || inputs(form)[0] || dom.one("button", form);
      field?.focus();
      if (field?.select && field.type !== "date") field.select();
    } else if (document.activeElement === document.body) {
      dom.one("a", place)?.focus({ preventScroll: true });
    }
  });
}
