"use strict";
// Dialogs and slide-overs open by data-opens="id", close by data-closes, and hx-confirm asks in our own dialog.
{
  let opener;

  const show = (dialog, button) => {
    opener = button;
    if (!dialog.open) dialog.showModal();
  };

  dom.on("click", "[data-opens]", (event, button) => {
    const dialog = document.getElementById(button.dataset.opens);
    if (!dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(dialog, button);
  });
  dom.on("click", "[data-closes]", (event, button) => button.closest("dialog").close());
  dom.on("click", "dialog", (event, dialog) => {
    if (event.target === dialog) dialog.close();
  });
  document.addEventListener(
    "close",
    (event) => {
      if (event.target.matches?.("dialog:not(#palette)") && opener?.isConnected) opener.focus();
    },
    true,
  );

  // The server says that a form in a dialog is finished.
  dom.on("closes", "dialog *", (event, part) => part.closest("dialog").close());

  document.addEventListener("htmx:confirm", (event) => {
    const { elt, issueRequest, triggeringEvent } = event.detail;
    // Of a form's several buttons, only one may need the question.
    const button = triggeringEvent?.submitter || elt;
    const question = event.detail.question || button.getAttribute("hx-confirm");
    const dialog = document.getElementById("question");
    if (!question || !dialog) return;
    event.preventDefault();
    dom.one("[data-question]", dialog).textContent = question;
    const yes = dom.one("[data-yes]", dialog);
    yes.classList.toggle("danger", button.matches(".danger, [data-danger]"));
    yes.classList.toggle("primary", !yes.classList.contains("danger"));
    yes.onclick = () => {
      dialog.close();
      issueRequest(true);
    };
    show(dialog, button);
  });
}
