// The chat on a website: <script src=".../chat/<token>/widget.js" async></script>, with data-language="zh", and data-user and
// data-signature for somebody who is signed in there. It lives in a shadow tree, asks only the server it came from, uses no cookies,
// and needs of a page's policy: script-src and connect-src for that server.
(() => {
  "use strict";
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

  const STYLE = `
:host{all:initial;position:fixed;z-index:2147483000;right:20px;bottom:20px;--c:#1f6feb;--t:#fff;color-scheme:light dark}
*{box-sizing:border-box;font:15px/1.45 system-ui,-apple-system,"PingFang SC","Microsoft YaHei",sans-serif}
[hidden]{display:none!important}
button{cursor:pointer;border:0;background:none;color:inherit;border-radius:8px;padding:6px}
:focus-visible{outline:2px solid var(--c);outline-offset:2px}
.opener{position:relative;width:56px;height:56px;border-radius:50%;background:var(--c);color:var(--t);box-shadow:0 4px 16px #0004;display:grid;place-items:center}
.count{position:absolute;top:-4px;right:-4px;min-width:20px;border-radius:10px;background:#c62828;color:#fff;font-size:12px;padding:1px 5px}
.panel{position:fixed;right:20px;bottom:88px;width:370px;max-width:calc(100vw - 24px);height:560px;max-height:calc(100vh - 108px);display:flex;flex-direction:column;background:#fff;color:#1c2430;border-radius:14px;box-shadow:0 10px 40px #0005;overflow:hidden}
header{display:flex;align-items:center;justify-content:space-between;background:var(--c);color:var(--t);padding:12px 14px}
header b{font-weight:600}
.log{flex:1;overflow-y:auto;padding:14px;display:flex;flex-direction:column;gap:8px;margin:0;list-style:none}
.log li{max-width:82%;padding:8px 12px;border-radius:14px;background:#eef1f5;align-self:flex-start;white-space:pre-wrap;overflow-wrap:anywhere}
.log li.mine{align-self:flex-end;background:var(--c);color:var(--t)}
.log li.hint{align-self:center;background:none;color:#5c6675;font-size:13px;text-align:center}
.log li.waits{opacity:.6}.log li.failed{background:#c62828;color:#fff;cursor:pointer}
small{display:block;font-size:12px;opacity:.8}
.log a,.log li button{color:inherit;text-decoration:underline;padding:0;text-align:left}
form{display:flex;gap:6px;align-items:flex-end;border-top:1px solid #8884;padding:8px}
form.ask{flex-direction:column;align-items:stretch;padding:14px}
textarea,input{width:100%;border:1px solid #8a94a3;border-radius:8px;padding:8px;background:#fff;color:inherit;resize:none}
.go{background:var(--c);color:var(--t);padding:8px 12px}
.stars{flex-direction:row;justify-content:center;display:flex}.stars button{font-size:24px;color:#b26a00}
@media(prefers-color-scheme:dark){.panel{background:#151a21;color:#e7ebf0}.log li{background:#252c36}textarea,input{background:#0f1318}.log li.hint{color:#9aa5b4}}
@media(max-width:480px){.panel{right:0;bottom:0;width:100vw;max-width:100vw;height:100dvh;max-height:none;border-radius:0}}`;

  let token, cursor, look, texts, host, log, typing, offline, badge, panel, opener, field, closer, left, started, talking, unread = 0, over = 0;
  const shown = new Map();
  const outbox = recall("outbox") || [];
  const files = new Map();

  const ask = (path, fields, method = fields ? "POST" : "GET", more = {}) => {
    const body = fields && new URLSearchParams(fields);
    return fetch(base + path, { method, body, credentials: "omit", headers: { ...(token && { Authorization: `Visitor ${token}` }), ...more.headers }, ...more.other });
  };

  const begin = async () => {
    const { user = "", signature = "" } = script.dataset;
    const answer = await ask("setup/", { visitor: recall("visitor") || "", user, signature, language });
    if (!answer.ok) throw new Error(answer.status);
    const said = await answer.json();
    token = said.visitor;
    keep("visitor", token);
    look = said;
    texts = said.texts;
    cursor = said.cursor;
    if (!host) draw();
    said.messages.forEach(show);
    if (said.is_closed) closed();
    return said;
  };

  const hint = (text, ...more) => {
    const line = put("li", { class: "hint" }, text, ...more);
    log.append(line);
    return line;
  };
  const down = () => (log.scrollTop = log.scrollHeight);

  const line = (one) =>
    put(
      "li",
      { class: one.mine ? "mine" : "" },
      one.mine ? "" : put("small", {}, one.name || texts.us),
      one.text || "",
      ...(one.files || []).map((file) => put("small", {}, put("button", { type: "button", onclick: () => file.id && load(file) }, `📎 ${file.name}`))),
    );

  const show = (one) => {
    if (shown.has(one.id)) return;
    const waiting = one.client && shown.get(one.client);
    const made = line(one);
    shown.set(one.id, made);
    if (waiting) {
      waiting.replaceWith(made);
      shown.delete(one.client);
    } else log.insertBefore(made, typing);
    if (!one.mine) {
      typing.hidden = true;
      if (is_open()) read(one.id);
      else if (started) count(unread + 1);
    }
    over = Math.max(over, one.mine ? 0 : one.id);
    talked();
    down();
  };

  const load = async (file) => {
    const answer = await ask(`files/${file.id}/`);
    if (!answer.ok) return;
    const address = URL.createObjectURL(await answer.blob());
    put("a", { href: address, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  };

  const count = (number) => {
    unread = number;
    badge.hidden = !number;
    badge.textContent = number;
  };
  const is_open = () => !panel.hidden && !document.hidden;
  const read = (id) => id && ask("marks/", { up_to: id }).catch(() => {});

  const closed = () => {
    if (closer) return;
    closer = hint(texts.closed);
    if (!look.ask_rating || !shown.size) return down();
    const stars = put("div", { class: "stars" }, ...[1, 2, 3, 4, 5].map((stars) => put("button", { type: "button", "aria-label": String(stars), onclick: () => rate(stars) }, "★")));
    const rate = (number) => {
      ask("rating/", { stars: number }).catch(() => {});
      stars.replaceWith(texts.thanks);
    };
    closer.append(put("small", {}, texts.rate), stars);
    down();
  };

  const hear = (news) => {
    for (const one of news)
      if (one.kind === "message") {
        show(one.message);
        if (closer && !closer.querySelector(".stars")) closer = closer.remove();
      } else if (one.kind === "typing") {
        typing.hidden = false;
        clearTimeout(hear.timer);
        hear.timer = setTimeout(() => (typing.hidden = true), 7000);
        down();
      } else if (one.kind === "closed") closed();
  };

  // ---- what comes
  let line_open;
  const listen = async () => {
    if (talking) return;
    talking = true;
    for (let failures = 0; talking; ) {
      try {
        // A proxy that keeps streams back is passed by asking.
        if (failures > 2) await poll();
        else await follow();
        failures = 0;
        offline.hidden = true;
      } catch (error) {
        if (!talking) break;
        failures = error.message === "401" ? (await begin().catch(() => {}), 0) : failures + 1;
        offline.hidden = failures < 2;
        await wait(Math.min(1000 * failures, 5000) + Math.random() * 500);
      }
    }
  };

  const poll = async () => {
    const answer = await ask(`messages/?since=${encodeURIComponent(cursor)}`);
    if (!answer.ok) throw new Error(answer.status);
    const said = await answer.json();
    cursor = said.cursor;
    hear(said.news);
    if (said.reset) await begin();
    await wait(ASKS);
    await poll();
  };

  const follow = async () => {
    line_open = new AbortController();
    const answer = await ask("stream/", undefined, "GET", { headers: { "Last-Event-ID": cursor }, other: { signal: line_open.signal, cache: "no-store" } });
    if (!answer.ok) throw new Error(answer.status);
    offline.hidden = true;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; ; ) {
      const silence = setTimeout(() => line_open.abort(), SILENT_FOR);
      const { done, value } = await reader.read().finally(() => clearTimeout(silence));
      if (done) return wait(300);
      const events = (text + value).split("\n\n");
      text = events.pop();
      for (const event of events) await take(event);
    }
  };

  const take = async (event) => {
    const fields = Object.fromEntries(event.split("\n").map((one) => one.split(/: (.*)/s).slice(0, 2)));
    if (fields.event === "news") hear(JSON.parse(fields.data));
    if (fields.event === "reset") await begin();
    else if (fields.id) cursor = fields.id;
  };

  const rest = () => {
    talking = false;
    line_open?.abort();
  };

  // ---- what goes: one after the other, in order, until the server has it
  let sending = false;
  const drain = async () => {
    if (sending) return;
    sending = true;
    for (let failures = 0; outbox.length; ) {
      const one = outbox[0];
      const body = new FormData();
      for (const key of Object.keys(one)) if (key !== "files" && one[key]) body.append(key, one[key]);
      for (const file of files.get(one.id) || []) body.append("files", file);
      let status = 0;
      try {
        status = (await ask("messages/", undefined, "POST", { other: { body } })).status;
      } catch {}
      if (status === 401) await begin().catch(() => {});
      if (status === 200 || [400, 413].includes(status)) {
        if (status !== 200) fail(one);
        outbox.shift();
        files.delete(one.id);
        keep("outbox", outbox);
        failures = 0;
      } else await wait(Math.min(500 * 2 ** failures++, 8000));
    }
    sending = false;
  };

  const fail = (one) => {
    const made = shown.get(one.id);
    made?.classList.replace("waits", "failed");
    made?.append(put("small", {}, texts.failed));
    made?.addEventListener("click", () => (made.remove(), say(one.text)), { once: true });
  };

  const say = (text, chosen = []) => {
    const one = { id: uuid(), text, page: location.origin + location.pathname, language, ...recall("about") };
    const made = line({ mine: true, text, files: chosen.map((file) => ({ name: file.name })) });
    made.classList.add("waits");
    shown.set(one.id, made);
    log.insertBefore(made, typing);
    if (closer) closer = closer.remove();
    files.set(one.id, chosen);
    outbox.push(one);
    // A file does not survive leaving the page; the words do.
    keep("outbox", outbox);
    talked();
    down();
    drain();
    listen();
    if (!look.is_staffed && !recall("about")?.email && !left) leave();
  };
  const talked = () => keep("talked", Date.now());

  const leave = () => {
    const address = put("input", { type: "email", required: true, "aria-label": texts.email, placeholder: texts.email });
    const form = put("form", { onsubmit: async (event) => {
      event.preventDefault();
      const answer = await ask("contact/", { id: uuid(), email: address.value }).catch(() => ({}));
      if (!answer.ok) return;
      keep("about", { ...recall("about"), email: address.value });
      left.textContent = texts.noted;
    } }, address, put("button", { class: "go" }, texts.send));
    left = hint(texts.leave_email, form);
    down();
  };

  // ---- how it looks
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
    panel.querySelector("form textarea, form input:not([hidden])").focus();
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
})();
