"use strict";
// The sandbox's phones: what was sent is emptied, Enter sends, threads stay at their end.
{
  const toEnd = (thread) => (thread.scrollTop = thread.scrollHeight);
  dom.all(".phone-thread").forEach(toEnd);
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    const thread = event.detail.target;
    if (thread?.classList.contains("phone-thread")) toEnd(document.getElementById(thread.id) || thread);
  });
  dom.on("htmx:afterRequest", "[data-empties]", (event, form) => event.detail.successful && form.reset());
  dom.on("keydown", "[data-empties] textarea", (event, field) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    field.form.requestSubmit();
  });
}
