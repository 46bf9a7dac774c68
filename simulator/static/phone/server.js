// Talking to the simulator: what the patient does goes there, what happens comes back.

import { page, phoneApi, toast } from "./page.js";

// Set by phone.js: what to do with an event, and around an action.
export const on = { event() {}, restart() {}, waiting() {}, acted() {} };

let cursor = 0;
let streamOpen = false;
export const isStreaming = () => streamOpen;

export async function send(url, body, method = "POST") {
  const answer = await fetch(url, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

export async function fetchJson(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

// The current patient does something; `waits`: until the account has answered.
export async function act(action, body = {}, waits = true) {
  const openid = page.current;
  if (waits) on.waiting(openid, 1);
  try {
    const asked = { epoch: page.epoch, after: cursor, openid, ...body };
    takeAll(await send(`${phoneApi}/${action}`, asked));
    return true;
  } catch {
    toast("没有发出去，请再试一次");
    return false;
  } finally {
    if (waits) on.waiting(openid, -1);
    on.acted();
  }
}

export async function poll() {
  try {
    takeAll(await fetchJson(`${phoneApi}/timeline?epoch=${page.epoch}&after=${cursor}`));
  } catch { /* the server is away; the next round tries again */ }
}

export function listen() {
  if (!window.EventSource) return;
  const source = new EventSource(`${phoneApi}/stream?epoch=${page.epoch}&after=${cursor}`);
  source.addEventListener("hello", (message) => {
    streamOpen = true;
    takeAll({ epoch: message.data, events: [] });
  });
  source.onmessage = (message) => {
    const event = JSON.parse(message.data);
    if (event.seq > cursor + 1) poll(); // a gap: fetch what lies between first
    else takeAll({ epoch: event.epoch, events: [event] });
  };
  source.onerror = () => {
    streamOpen = false;
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  };
}

export function startOver() {
  cursor = 0;
}

function takeAll(answer) {
  if (answer.epoch !== page.epoch) { // the simulator was started anew
    restart();
    return;
  }
  for (const event of answer.events) {
    if (event.seq <= cursor) continue;
    cursor = event.seq;
    on.event(event);
  }
}

let restarting = null;
function restart() {
  restarting ??= Promise.resolve(on.restart())
    .catch(() => { streamOpen = false; }) // still starting: the next poll finds out again
    .finally(() => { restarting = null; });
}
