"use strict";
// What somebody types while a form is being shown anew stays: fields inside [data-keeps-typing] that differ from
// what was sent are filled in again, choices that the server has not seen are sent, and a click meant for a
// button that was just replaced is made on the new one.
{
  const fields = (root) => dom.all("input[name], select[name], textarea[name]", root);
  const say = (field) =>
    field.multiple ? JSON.stringify([...field.selectedOptions].map((one) => one.value)) : field.type === "checkbox" ? field.checked : field.value;
  const key = (field) => field.id || `${field.name}=${field.type === "checkbox" ? field.value : ""}`;
  const find = (root, name) => fields(root).find((field) => key(field) === name);
  const fill = (field, value) => {
    if (field.multiple) for (const option of field.options) option.selected = JSON.parse(value).includes(option.value);
    else if (field.type === "checkbox") field.checked = value;
    else field.value = value;
  };
  // By the id of the part that is on its way: what was sent, what has changed since, what was pressed.
  const waiting = new Map();

  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.target;
    if (!part?.matches?.("[data-keeps-typing]")) return;
    const { elt } = event.detail;
    if (waiting.has(part.id)) {
      // One at a time: this one is asked again when the answer is there.
      event.preventDefault();
      if (elt.matches("button")) waiting.get(part.id).pressed = elt.id;
      return;
    }
    waiting.set(part.id, { sent: new Map(fields(part).map((field) => [key(field), say(field)])) });
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    const state = waiting.get(part?.id);
    if (!state || !part.matches("[data-keeps-typing]")) return;
    const changed = fields(part).filter((field) => state.sent.has(key(field)) && state.sent.get(key(field)) !== say(field));
    state.typed = changed.map((field) => [key(field), say(field), field.type]);
  });

  const shown = (event) => {
    const part = dom.one(`[data-keeps-typing]#${CSS.escape(event.detail.target?.id || "-")}`);
    const state = part && waiting.get(part.id);
    return state?.typed ? [part, state] : [];
  };

  document.addEventListener("htmx:afterSwap", (event) => {
    const [part, state] = shown(event);
    if (!part || state.filled) return;
    state.filled = true;
    for (const [name, value, type] of state.typed) {
      const field = find(part, name);
      if (field?.type !== type) continue;
      fill(field, value);
      if (field.matches("[hx-post]")) state.unseen = field;
    }
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const [part, state] = shown(event);
    if (!part) return;
    waiting.delete(part.id);
    if (state.pressed) document.getElementById(state.pressed)?.click();
    else if (state.unseen) htmx.trigger(state.unseen, "change");
    else if (state.typed.length) document.body.dispatchEvent(new CustomEvent("rule-changed"));
  });

  const forget = (event) => waiting.delete(event.detail.target?.id);
  for (const type of ["htmx:responseError", "htmx:sendError", "htmx:timeout", "htmx:sendAbort"])
    document.addEventListener(type, forget);
}
