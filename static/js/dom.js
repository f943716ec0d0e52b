"use strict";
// The three things every behaviour needs. Listeners sit on the document, so parts swapped in later work too.
const dom = {
  one: (selector, root = document) => root.querySelector(selector),
  all: (selector, root = document) => [...root.querySelectorAll(selector)],
  on: (type, selector, act, options) =>
    document.addEventListener(
      type,
      (event) => {
        const target = event.target.closest?.(selector);
        if (target) act(event, target);
      },
      options,
    ),
};
