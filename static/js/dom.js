"use strict";
// The things every behaviour needs. Listeners sit on the document, so parts swapped in later work too.
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
  // Leaves of a select's choices those that fit, besides the empty one, and says how many. Another one is let go.
  narrow: (select, fits) => {
    const left = dom.all("option[value]", select).filter((one) => {
      one.hidden = one.disabled = Boolean(one.value) && !fits(one.value);
      return one.value && !one.hidden;
    });
    if (select.selectedOptions[0]?.disabled) select.value = "";
    return left.length;
  },
};
