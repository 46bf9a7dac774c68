"use strict";
// The phone page. Nothing that comes from the server is ever put into the page as HTML.

const base = document.body.dataset.base;
const $ = (id) => document.getElementById(id);
const BUBBLES = new Set(["user", "official", "notice", "fault", "system"]);
const TIME_GAP = 300; // seconds between two bubbles before the time is shown, as WeChat does
const COLOURS = ["#8a3b12", "#1d4f91", "#7a2e6b", "#4d5b1e", "#5b4a8a", "#6b3f2a"];

let state = { epoch: "", patients: [], menu: [], timezone: "Asia/Shanghai" };
let current = null;
let cursor = 0;
let streamOpen = false;
const timelines = new Map(); // openid → events shown in its chat
const unread = new Map();
const pending = new Map(); // openid → messages still waiting for their answer
const typingUntil = new Map();

// --- small helpers ---------------------------------------------------------------------------

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function remember(key, value) {
  try { localStorage.setItem(`phone.${key}`, value); } catch { /* private window: forget it */ }
}

function recall(key) {
  try { return localStorage.getItem(`phone.${key}`); } catch { return null; }
}

let toastTimer = 0;
function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 4000);
}

function patientOf(openid) {
  return state.patients.find((patient) => patient.openid === openid);
}

function localTime(seconds, options) {
  const date = new Date(seconds * 1000);
  return date.toLocaleString("zh-CN", { timeZone: state.timezone, hourCycle: "h23", ...options });
}

function timeLabel(seconds) {
  const day = { year: "numeric", month: "numeric", day: "numeric" };
  const clock = localTime(seconds, { hour: "2-digit", minute: "2-digit" });
  const sameDay = localTime(seconds, day) === localTime(Date.now() / 1000, day);
  return sameDay ? clock : `${localTime(seconds, { month: "long", day: "numeric" })} ${clock}`;
}

// --- talking to the simulator ------------------------------------------------------------------

async function post(path, body) {
  const answer = await fetch(`${base}/api/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ epoch: state.epoch, after: cursor, ...body }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function act(path, body = {}, waits = true) {
  const openid = current;
  if (waits) count(openid, 1);
  try {
    const answer = await post(path, { openid, ...body });
    takeAll(answer);
    return true;
  } catch {
    toast("没有发出去，请再试一次");
    return false;
  } finally {
    if (waits) count(openid, -1);
    if (!$("drawer").hidden) showDrawer();
  }
}

function count(openid, by) {
  pending.set(openid, (pending.get(openid) || 0) + by);
  showTyping();
}

async function poll() {
  try {
    const answer = await fetch(`${base}/api/timeline?epoch=${state.epoch}&after=${cursor}`);
    if (answer.ok) takeAll(await answer.json());
  } catch { /* the server is away; the next round tries again */ }
}

function listen() {
  if (!window.EventSource) return;
  const source = new EventSource(`${base}/api/stream?epoch=${state.epoch}&after=${cursor}`);
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

function takeAll(answer) {
  if (answer.epoch !== state.epoch) {
    restart();
    return;
  }
  for (const event of answer.events) take(event);
}

let restarting = null;
function restart() { // the simulator was started anew and knows nothing of what we show
  restarting ??= load()
    .catch(() => { streamOpen = false; }) // still starting: the next poll finds out again
    .finally(() => { restarting = null; });
}

// --- events --------------------------------------------------------------------------------------

function take(event) {
  if (event.seq <= cursor) return;
  cursor = event.seq;
  if (event.kind === "patient") {
    takePatient(event.body);
  } else if (event.kind === "menu") {
    state.menu = event.body.buttons;
    showMenu();
  } else if (event.kind === "typing") {
    typingUntil.set(event.openid, event.body.on ? Date.now() + 15000 : 0);
    setTimeout(showTyping, 15100);
    showTyping();
  } else if (BUBBLES.has(event.kind)) {
    takeBubble(event);
  }
}

function takePatient(patient) {
  const at = state.patients.findIndex((known) => known.openid === patient.openid);
  if (at < 0) state.patients.push(patient);
  else state.patients[at] = patient;
  showPatients();
  showFollowing();
}

function takeBubble(event) {
  if (!timelines.has(event.openid)) timelines.set(event.openid, []);
  const list = timelines.get(event.openid);
  const before = list.at(-1);
  list.push(event);
  if (event.kind === "official") typingUntil.set(event.openid, 0);
  if (event.openid === current) {
    addBubble(event, before);
    showTyping();
  } else if (event.kind !== "user" && event.kind !== "system") {
    unread.set(event.openid, (unread.get(event.openid) || 0) + 1);
    showPatients();
  }
}

// --- bubbles ---------------------------------------------------------------------------------------

function piece(part) {
  if (part.kind === "menu") {
    const button = make("button", "link", part.text);
    button.type = "button";
    button.dataset.menuId = part.menu_id;
    button.onclick = () => act("send", { text: part.content, menu_id: part.menu_id });
    return button;
  }
  if (part.kind === "tel" || part.kind === "web") {
    const link = make("a", "link", part.text);
    link.href = part.href;
    if (part.kind === "web") {
      link.target = "_blank";
      link.rel = "noopener noreferrer";
    }
    return link;
  }
  return document.createTextNode(part.text);
}

function lineOf(parts) {
  // A line that is nothing but its number and one tappable answer becomes a full-width row.
  const links = parts.filter((part) => part.kind === "menu");
  const words = parts.filter((part) => part.kind === "text").map((part) => part.text).join("");
  const option = links.length === 1 && parts.length <= 3 && words.trim().length <= 5;
  const node = make("div", option ? "line option" : "line");
  node.append(...parts.map(piece));
  return node;
}

function outLink(url, text) {
  const link = make("a", "open", text);
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}

function noticeCard(body) {
  const card = make("article", "card notice");
  card.setAttribute("aria-label", "服务通知");
  card.append(make("h2", "", body.title), make("p", "from", `${state.account_name} · 服务通知`));
  const list = make("dl");
  for (const [label, value] of body.rows) list.append(make("dt", "", label), make("dd", "", value));
  card.append(list);
  if (body.url) card.append(outLink(body.url, "查看详情"));
  return card;
}

function newsCards(body) {
  const holder = make("div", "news");
  for (const article of body.articles) {
    const card = make("article", "card");
    card.append(make("h2", "", article.title), make("div", "", article.description));
    if (article.url) card.append(outLink(article.url, "阅读全文"));
    holder.append(card);
  }
  return holder;
}

function avatar(kind) {
  const patient = patientOf(current);
  const mine = kind === "user";
  const node = make("div", "avatar", mine ? patient.name[0] : "院");
  node.setAttribute("aria-hidden", "true");
  if (mine) node.style.background = colourOf(patient.openid);
  return node;
}

function colourOf(openid) {
  const at = state.patients.findIndex((patient) => patient.openid === openid);
  return COLOURS[Math.max(0, at) % COLOURS.length];
}

function render(event) {
  if (event.kind === "notice") return noticeCard(event.body);
  if (event.body.kind === "news") return newsCards(event.body);
  if (event.kind === "system" || event.kind === "fault") {
    const note = make("div", `system ${event.kind}`);
    note.append(...event.body.lines.map(lineOf));
    return note;
  }
  const row = make("div", `row ${event.kind}`);
  const bubble = make("div", "bubble");
  const speaker = event.kind === "user" ? patientOf(current).name : state.account_name;
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", `${speaker}说`);
  bubble.append(...event.body.lines.map(lineOf));
  row.append(avatar(event.kind), bubble);
  return row;
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
  scrollTo(node);
}

function scrollTo(node) { // to the end; a bubble taller than the screen is read from its top
  const chat = $("chat");
  const tall = node.offsetHeight > chat.clientHeight - 24;
  chat.scrollTop = tall ? node.offsetTop - chat.offsetTop - 8 : chat.scrollHeight;
}

function showTyping() {
  const on = (pending.get(current) || 0) > 0 || (typingUntil.get(current) || 0) > Date.now();
  $("title").textContent = on ? "对方正在输入…" : state.account_name;
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

// --- patients ------------------------------------------------------------------------------------

async function choose(openid) {
  current = openid;
  remember("openid", openid);
  unread.delete(openid);
  closeSheets();
  $("chat").replaceChildren();
  const list = timelines.get(openid) || [];
  list.forEach((event, at) => addBubble(event, list[at - 1]));
  showPatients();
  showFollowing();
  showTyping();
  const patient = patientOf(openid);
  if (!patient.greeted) await act("open");
  if (!$("drawer").hidden) showDrawer();
}

function showPatients() {
  const me = patientOf(current);
  if (!me) return;
  $("who-name").textContent = me.name;
  const waiting = [...unread.values()].some((number) => number > 0);
  $("unread").hidden = !waiting;
  $("who").setAttribute("aria-label", `当前用户${me.name}，切换用户${waiting ? "，别人有新消息" : ""}`);
  $("patients").replaceChildren(...state.patients.map((patient) => {
    const button = make("button");
    button.dataset.openid = patient.openid;
    const face = make("span", "avatar", patient.name[0]);
    face.style.background = colourOf(patient.openid);
    face.setAttribute("aria-hidden", "true");
    button.append(face, make("span", "", patient.name));
    if (patient.note) button.append(make("span", "note", patient.note));
    const news = unread.get(patient.openid) || 0;
    if (news) button.append(make("span", "dot", `${news}条新消息`));
    if (patient.openid === current) button.setAttribute("aria-current", "true");
    button.onclick = () => choose(patient.openid);
    return button;
  }));
}

function showFollowing() {
  const me = patientOf(current);
  if (!me) return;
  const away = me.greeted && !me.following;
  $("gone").hidden = !away;
  $("text").disabled = away;
  $("send").disabled = away;
  $("menu").hidden = away;
  $("toggle-follow").textContent = away ? "关注公众号" : "取消关注";
  $("toggle-refuse").setAttribute("aria-pressed", String(me.refuses_notices));
  $("toggle-refuse").textContent = me.refuses_notices ? "重新接收通知" : "不接收通知";
}

// --- menu bar ------------------------------------------------------------------------------------

function press(button) {
  closeSheets();
  if (button.type === "view" && /^https?:\/\//.test(button.url)) {
    window.open(button.url, "_blank", "noopener");
  } else if (button.key) {
    act("press", { key: button.key, name: button.name });
  }
}

function showMenu() {
  $("menu").replaceChildren(...state.menu.map((entry) => {
    const holder = make("div");
    const children = entry.sub_button || [];
    const button = make("button", "", children.length ? `≡ ${entry.name}` : entry.name);
    holder.append(button);
    if (!children.length) {
      button.onclick = () => press(entry);
      return holder;
    }
    const sub = make("div", "sub");
    sub.hidden = true;
    sub.append(...children.map((child) => {
      const item = make("button", "", child.name);
      item.onclick = () => press(child);
      return item;
    }));
    button.setAttribute("aria-haspopup", "true");
    button.setAttribute("aria-expanded", "false");
    button.onclick = () => {
      const open = sub.hidden;
      closeSheets();
      sub.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
    };
    holder.append(sub);
    return holder;
  }));
}

// --- sheets and settings ----------------------------------------------------------------------------

function closeSheets() {
  for (const sheet of document.querySelectorAll(".sheet, .sub")) sheet.hidden = true;
  for (const opener of document.querySelectorAll("[aria-expanded]")) {
    opener.setAttribute("aria-expanded", "false");
  }
}

function openSheet(id, opener) {
  closeSheets();
  $(id).hidden = false;
  opener.setAttribute("aria-expanded", "true");
  $(id).querySelector("button").focus();
}

function setLarge(on) {
  document.documentElement.classList.toggle("large", on);
  $("large").setAttribute("aria-pressed", String(on));
  remember("large", on ? "1" : "");
  grow();
  $("chat").scrollTop = $("chat").scrollHeight;
}

function grow() { // the text box grows with what is written, up to its CSS limit
  const box = $("text");
  box.style.height = "auto";
  if (box.value) box.style.height = `${box.scrollHeight + 2}px`;
}

async function submit() {
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  grow();
  if (!(await act("send", { text })) && !$("text").value) $("text").value = text;
}

// --- developer drawer -------------------------------------------------------------------------------

function clockTime(seconds) {
  return localTime(seconds, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

function deliveryLine(row) {
  const tries = row.tries.map((one) => `${one.outcome} ${one.milliseconds} ms`).join(" → ");
  const answer = row.reply ? `${row.reply} ${row.bytes} B${row.encrypted ? " 加密" : ""}` : "无回复";
  const line = make("li", "", `${clockTime(row.at)} ${row.what} · ${tries} · ${answer}`);
  if (row.fault) line.append(make("div", "bad", "用户看到故障提示"));
  for (const violation of row.violations) line.append(make("div", "bad", violation));
  return line;
}

function fill(id, rows, empty) {
  $(id).replaceChildren(...(rows.length ? rows : [make("li", "", empty)]));
}

async function showDrawer() {
  const answer = await fetch(`${base}/api/developer?openid=${encodeURIComponent(current)}`);
  if (!answer.ok) return;
  const facts = await answer.json();
  $("drawer-mode").textContent = `${facts.mode} · ${facts.body_format} · ${facts.webhook_url}`;
  const names = { message: "发消息", tap: "点菜单", follow: "关注", scan: "扫码" };
  fill("windows", facts.windows.map((window) => make("li", "",
    `${names[window.action]}：还可发 ${window.remaining} 条，剩 ${window.seconds} 秒`)), "没有可用额度");
  fill("deliveries", facts.deliveries.map(deliveryLine), "还没有");
  fill("calls", facts.calls.map((call) => make("li", call.errcode ? "bad" : "",
    `${clockTime(call.at)} ${call.path} → ${call.errcode}`)), "还没有");
}

// --- start ---------------------------------------------------------------------------------------

function wire() {
  $("form").onsubmit = (event) => { event.preventDefault(); submit(); };
  $("text").oninput = grow;
  $("text").onkeydown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  };
  $("who").onclick = () => openSheet("sheet-patients", $("who"));
  $("more").onclick = () => openSheet("sheet-more", $("more"));
  $("large").onclick = () => setLarge($("large").getAttribute("aria-pressed") !== "true");
  $("follow-again").onclick = () => act("follow");
  $("toggle-follow").onclick = () => {
    closeSheets();
    act(patientOf(current).following ? "unfollow" : "follow");
  };
  $("toggle-refuse").onclick = () => act("refuse", { on: !patientOf(current).refuses_notices }, false);
  for (const button of document.querySelectorAll("[data-media]")) {
    button.onclick = () => { closeSheets(); act("media", { kind: button.dataset.media }); };
  }
  $("add").onsubmit = async (event) => {
    event.preventDefault();
    const name = $("add-name").value.trim();
    if (!name) return;
    const patient = await post("patients", { name });
    $("add-name").value = "";
    if (!patientOf(patient.openid)) takePatient(patient);
    choose(patient.openid);
  };
  $("open-drawer").onclick = () => { closeSheets(); $("drawer").hidden = false; showDrawer(); };
  $("close-drawer").onclick = () => { $("drawer").hidden = true; };
  $("repeat").onclick = () => act("repeat", {}, false);
  $("scan").onsubmit = (event) => {
    event.preventDefault();
    if ($("scene").value.trim()) act("scan", { scene: $("scene").value.trim() });
  };
  document.addEventListener("click", (event) => {
    if (event.target.matches(".sheet, [data-close]")) closeSheets();
    else if (!event.target.closest(".menu, .sheet, .bar")) closeSheets();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeSheets(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
}

async function load() {
  const answer = await fetch(`${base}/api/state`);
  state = await answer.json();
  cursor = 0;
  timelines.clear();
  unread.clear();
  const known = patientOf(recall("openid"));
  current = (known || state.patients[0]).openid;
  showMenu();
  await poll();
  unread.clear();
  await choose(current);
}

async function start() {
  wire();
  setLarge(recall("large") === "1");
  await load();
  listen();
  setInterval(() => { if (!streamOpen) poll(); }, 2000);
}

start();
