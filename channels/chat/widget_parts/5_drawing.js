// How it looks, and the beginning of everything.
const draw = () => {
  host = put("div", { lang: language.startsWith("zh") ? "zh-CN" : "en" });
  const tree = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  tree.adoptedStyleSheets = [sheet];
  const [r, g, b] = look.colour.match(/\w\w/g).map((two) => parseInt(two, 16));
  host.style.setProperty("--c", look.colour);
  host.style.setProperty("--t", r * 0.3 + g * 0.59 + b * 0.11 > 150 ? "#111" : "#fff");
  log = put("ol", { class: "log", role: "log", tabindex: 0, "aria-label": look.title });
  typing = put("li", { class: "hint", hidden: true }, texts.typing);
  offline = put("li", { class: "hint", hidden: true }, texts.offline);
  badge = put("span", { class: "count", hidden: true });
  field = put("textarea", { rows: 2, maxlength: 4000, "aria-label": texts.write, placeholder: texts.write, onkeydown: keys, oninput: types });
  const chooser = put("input", { type: "file", multiple: true, hidden: true, onchange: attach });
  const write = put("form", { onsubmit: send }, chooser, put("button", { type: "button", "aria-label": texts.attach, onclick: () => chooser.click() }, icon(CLIP)), field, put("button", { class: "go", "aria-label": texts.send }, icon(SEND)));
  panel = put("section", { class: "panel", role: "dialog", "aria-label": look.title, hidden: true, onkeydown: (event) => event.key === "Escape" && toggle() }, put("header", {}, put("b", {}, look.title), put("button", { type: "button", "aria-label": texts.close, onclick: toggle }, icon(CROSS))), log, write);
  hint(look.welcome);
  if (!look.is_staffed) hint(look.hours || texts.away);
  log.append(typing, offline);
  if (look.ask_first && !recall("about") && !look.messages.length) first(write);
  opener = put("button", { class: "opener", type: "button", "aria-label": texts.open, "aria-expanded": "false", onclick: toggle }, icon(BUBBLE), badge);
  tree.append(panel, opener);
  document.body.append(host);
};

const first = (write) => {
  const { ask_first } = look;
  const fields = [["name", "text"], ["email", "email"], ["phone", "tel"]].filter(([key]) => key === "name" || ask_first === "optional" || ask_first === key);
  const form = put("form", { class: "ask", onsubmit: (event) => {
    event.preventDefault();
    keep("about", Object.fromEntries(new FormData(form)));
    form.replaceWith(write);
    field.focus();
  } }, ...fields.map(([key, type]) => put("input", { name: key, type, required: ask_first === key, maxlength: key === "phone" ? 30 : 100, "aria-label": texts[key], placeholder: ask_first === key ? texts[key] : `${texts[key]} (${texts.optional})` })), put("button", { class: "go" }, texts.start));
  write.replaceWith(form);
};

const toggle = () => {
  panel.hidden = !panel.hidden;
  opener.setAttribute("aria-expanded", String(!panel.hidden));
  if (panel.hidden) return opener.focus();
  count(0);
  read(over);
  listen();
  down();
  (panel.querySelector("textarea") || panel.querySelector("input")).focus();
};
const send = (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (text) say(text);
  field.value = "";
};
const keys = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
};
const types = () => {
  if (Date.now() - (types.last || 0) < 3000 || !shown.size) return;
  types.last = Date.now();
  ask("typing/", {}).catch(() => {});
};
const attach = ({ target }) => {
  const chosen = [...target.files].slice(0, 5);
  target.value = "";
  if (chosen.reduce((sum, file) => sum + file.size, 0) > MOST) hint(texts.too_large);
  else if (chosen.length) say("", chosen);
};

const start = async () => {
  for (let failures = 1; !started; failures++)
    try {
      await begin();
      started = true;
    } catch (error) {
      if (["403", "404"].includes(error.message)) return;
      await wait(Math.min(2000 * failures, 30000));
    }
  for (const one of outbox) shown.set(one.id, line({ mine: true, text: one.text })), log.insertBefore(shown.get(one.id), typing);
  drain();
  if (Date.now() - (recall("talked") || 0) < 24 * 3600 * 1000) listen();
};
let leaving;
document.addEventListener("visibilitychange", () => {
  clearTimeout(leaving);
  if (document.hidden) leaving = setTimeout(rest, HIDDEN_FOR);
  else if (started && !talking && recall("talked")) listen();
});
window.crmChat = { open: () => panel?.hidden && toggle() };
if (document.body) start();
else document.addEventListener("DOMContentLoaded", start);
