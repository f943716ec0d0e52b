// What was said, as it stands in the panel.
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
