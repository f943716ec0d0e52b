// The chat on a website: <script src=".../chat/<token>/widget.js" async></script>, with data-language="zh", and data-user and
// data-signature for somebody who is signed in there. It lives in a shadow tree, asks only the server it came from, uses no cookies,
// and needs of a page's policy: script-src and connect-src for that server.
const script = document.currentScript;
if (!script || window.crmChat) return;
const base = new URL(".", script.src).href;
const language = script.dataset.language || document.documentElement.lang || navigator.language || "";
const HIDDEN_FOR = 20000, SILENT_FOR = 40000, ASKS = 4000, MOST = 8 * 1024 * 1024;
const name = (what) => `chat:${base}:${what}`;

// Some browsers keep nothing for some pages; then the chat lasts as long as the page.
const kept = {};
const keep = (what, value) => {
  kept[what] = value;
  try {
    localStorage.setItem(name(what), JSON.stringify(value));
  } catch {}
};
const recall = (what) => {
  try {
    return JSON.parse(localStorage.getItem(name(what))) ?? kept[what];
  } catch {
    return kept[what];
  }
};
// crypto.randomUUID is not for pages without https.
const uuid = () => {
  const digits = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => (one + 256).toString(16).slice(1)).join("");
  return digits.replace(/(.{8})(.{4}).(.{3}).(.{3})(.{12})/, "$1-$2-4$3-8$4-$5");
};
const wait = (time) => new Promise((done) => setTimeout(done, time));

const put = (tag, attributes = {}, ...inside) => {
  const made = tag === "svg" || tag === "path" ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes))
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined) made.setAttribute(key, value === true ? "" : value);
  made.append(...inside.filter((one) => one !== ""));
  return made;
};
const icon = (d) => put("svg", { viewBox: "0 0 24 24", width: 22, height: 22, "aria-hidden": "true" }, put("path", { d, fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" }));
const BUBBLE = "M21 12a8 8 0 0 1-8 8H4l2-3a8 8 0 1 1 15-5z", CROSS = "M6 6l12 12M18 6 6 18", CLIP = "M21 11l-9 9a5 5 0 0 1-7-7l9-9a3.5 3.5 0 0 1 5 5l-9 9a2 2 0 0 1-3-3l8-8", SEND = "M4 12l16-8-6 16-3-7z";
