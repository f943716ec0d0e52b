"use strict";
// Loaded in the head without defer, so that the page is never painted in the wrong colours.
{
  const theme = document.querySelector("meta[name=theme]")?.content || "auto";
  // Light is the absence of the attribute: the admin's own light palette would win over ours otherwise.
  if (theme !== "light") document.documentElement.dataset.theme = theme;
}
