// What comes: a stream, and where none gets through, questions.
let turn = 0, line_open;
const listen = async () => {
  if (talking) return;
  talking = true;
  const mine = ++turn;
  for (let failures = 0; mine === turn; ) {
    try {
      // A proxy that keeps streams back is passed by asking.
      if (failures > 2) await poll(mine);
      else await follow();
      failures = 0;
      offline.hidden = true;
    } catch (error) {
      if (mine !== turn) break;
      failures = error.message === "401" ? (await begin().catch(() => {}), 0) : failures + 1;
      offline.hidden = failures < 2;
      await wait(Math.min(1000 * failures, 5000) + Math.random() * 500);
    }
  }
};

const poll = async (mine) => {
  while (mine === turn) {
    const answer = await ask(`messages/?since=${encodeURIComponent(cursor)}`);
    if (!answer.ok) throw new Error(answer.status);
    const said = await answer.json();
    cursor = said.cursor;
    hear(said.news);
    if (said.reset) await begin();
    await wait(ASKS);
  }
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
  turn++;
  line_open?.abort();
};
