"use strict";
// <button data-copies="id" data-done="Copied"> copies the value of that field and says so for a moment.
dom.on("click", "[data-copies]", async (event, button) => {
  const field = document.getElementById(button.dataset.copies);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without https the clipboard is closed to pages; the old way still works on what is selected.
    document.execCommand("copy");
  }
  const words = dom.one("span", button);
  const before = words.textContent;
  if (before === button.dataset.done) return;
  words.textContent = button.dataset.done;
  setTimeout(() => (words.textContent = before), 2000);
});
