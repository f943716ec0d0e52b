// What goes: one after the other, in order, until the server has it.
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
