// The two conversations of each patient: the account's chat, and 「服务通知」.

import { avatar, render } from "./bubbles.js";
import { $, localTime, make, page, patientOf, recall, remember, simulatedNow } from "./page.js";

const PLACES = {
  user: "chat", official: "chat", notice: "chat", fault: "chat", system: "chat",
  service: "service",
};
const SILENT = new Set(["user", "system"]);
const TIME_GAP = 300; // seconds between two bubbles before the time is shown, as WeChat does

const timelines = new Map(); // "openid place" → events shown there
const unread = new Map(); // "openid place" → how many
const pending = new Map(); // openid → messages still waiting for their answer
const typingUntil = new Map();

const keyOf = (openid, place) => `${openid} ${place}`;
export const isBubble = (kind) => kind in PLACES;

export function unreadOf(openid, place) {
  const places = place ? [place] : ["chat", "service"];
  return places.reduce((sum, one) => sum + (unread.get(keyOf(openid, one)) || 0), 0);
}

export function forgetAll() {
  timelines.clear();
  unread.clear();
}

// What was seen is remembered over a reload, as a phone does.
function markRead(key) {
  unread.delete(key);
  const last = timelines.get(key)?.at(-1);
  if (last) remember(`read.${key}`, `${page.epoch}:${last.seq}`);
}

function isRead(key, event) {
  const [epoch, seq] = (recall(`read.${key}`) || "").split(":");
  return epoch === page.epoch && event.seq <= Number(seq);
}

export function takeBubble(event) {
  const place = PLACES[event.kind];
  const key = keyOf(event.openid, place);
  if (!timelines.has(key)) timelines.set(key, []);
  const list = timelines.get(key);
  const before = list.at(-1);
  list.push(event);
  if (event.kind === "official") typingUntil.set(event.openid, 0);
  if (event.openid === page.current && place === page.place) {
    addBubble(event, before);
    markRead(key);
  } else if (!SILENT.has(event.kind) && !isRead(key, event)) {
    unread.set(key, (unread.get(key) || 0) + 1);
  }
  if (event.openid === page.current) {
    showTabs();
    showTyping();
  }
}

export function openPlace(place) {
  page.place = place;
  const key = keyOf(page.current, place);
  markRead(key);
  $("chat").replaceChildren();
  const list = timelines.get(key) || [];
  list.forEach((event, at) => addBubble(event, list[at - 1]));
  showTabs();
  showFollowing();
  showTyping();
}

function showTabs() {
  const services = timelines.get(keyOf(page.current, "service")) || [];
  $("tabs").hidden = !services.length;
  for (const place of ["chat", "service"]) {
    const news = unreadOf(page.current, place);
    $(`tab-${place}`).setAttribute("aria-selected", String(page.place === place));
    $(`news-${place}`).textContent = news ? `${news}条新消息` : "";
    $(`news-${place}`).hidden = !news;
  }
}

export function showFollowing() {
  const me = patientOf(page.current);
  if (!me) return;
  const away = me.greeted && !me.following;
  const reading = page.place === "service"; // nobody writes to 服务通知
  $("gone").hidden = !away || reading;
  $("foot").hidden = reading;
  $("text").disabled = away;
  $("send").disabled = away;
  $("menu").hidden = away;
  $("toggle-follow").textContent = away ? "关注公众号" : "取消关注";
  $("toggle-refuse").setAttribute("aria-pressed", String(me.refuses_notices));
  $("toggle-refuse").textContent = me.refuses_notices ? "重新接收通知" : "不接收通知";
}

function timeLabel(seconds) {
  const day = { year: "numeric", month: "numeric", day: "numeric" };
  const clock = localTime(seconds, { hour: "2-digit", minute: "2-digit" });
  const sameDay = localTime(seconds, day) === localTime(simulatedNow(), day);
  return sameDay ? clock : `${localTime(seconds, { month: "long", day: "numeric" })} ${clock}`;
}

function addBubble(event, before) {
  const chat = $("chat");
  $("typing")?.remove();
  if (!before || event.at - before.at > TIME_GAP) {
    chat.append(make("div", "when", timeLabel(event.at)));
  }
  const node = render(event);
  node.dataset.seq = event.seq;
  chat.append(node);
  // To the end; a bubble taller than the screen is read from its top.
  const tall = node.offsetHeight > chat.clientHeight - 24;
  chat.scrollTop = tall ? node.offsetTop - chat.offsetTop - 8 : chat.scrollHeight;
}

export function waiting(openid, by) {
  pending.set(openid, (pending.get(openid) || 0) + by);
  showTyping();
}

export function takeTyping(openid, on) {
  typingUntil.set(openid, on ? Date.now() + 15000 : 0);
  setTimeout(showTyping, 15100);
  showTyping();
}

export function showTyping() {
  const reading = page.place === "service";
  const awaited = pending.get(page.current) > 0 || typingUntil.get(page.current) > Date.now();
  const on = awaited && !reading;
  const name = reading ? "服务通知" : page.account_name;
  $("title").textContent = on ? "对方正在输入…" : name;
  const old = $("typing");
  if (on && !old) {
    const row = make("div", "row official typing");
    row.id = "typing";
    row.append(avatar("official"), make("div", "bubble", "正在输入…"));
    $("chat").append(row);
    $("chat").scrollTop = $("chat").scrollHeight;
  } else if (!on && old) {
    old.remove();
  }
}
