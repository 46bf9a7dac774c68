// The developer drawer: what happened, and the knobs: clock, faults, switches, tokens.

import { $, knobsApi, localTime, make, page, phoneApi, simulatedClock, takeClock } from "./page.js";
import { act, fetchJson, send } from "./server.js";

const WINDOWS = { message: "发消息", tap: "点菜单", follow: "关注", scan: "扫码" };
const FAULTS = {
  slow: "慢 10 秒", reset: "断线", lost: "办成了但断线", html: "返回网页", http: "返回 502",
  errcode: "返回错误码", undelivered: "收下但不送达",
};
const SWITCHES = {
  test_account: "测试号", public_hospital: "公立医院（就医助手）",
  verified: "已认证（群发、关注者名单）",
  fresh_signature_on_retry: "重试时换签名",
};

export const isOpen = () => !$("drawer").hidden;

export async function refreshClock() {
  takeClock((await fetchJson(`${knobsApi}/state`)).clock);
}

export async function showDrawer() {
  const query = `openid=${encodeURIComponent(page.current)}`;
  const [facts, knobs] = await Promise.all([
    fetchJson(`${phoneApi}/developer?${query}`), fetchJson(`${knobsApi}/state`),
  ]);
  takeClock(knobs.clock);
  $("drawer-mode").textContent = `${knobs.mode} · ${knobs.body_format} · ${knobs.webhook_url}`;
  showDrawerClock();
  fill("windows", facts.windows.map(windowLine), "没有可用额度");
  fill("deliveries", facts.deliveries.map(deliveryLine), "还没有");
  fill("calls", facts.calls.map(callLine), "还没有");
  fill("faults", knobs.faults.map(faultLine), "没有");
  $("scenes").replaceChildren(...facts.scenes.map((scene) => knob(`扫 ${scene}`, () => scan(scene))));
  $("switches").replaceChildren(...Object.keys(SWITCHES).map((name) => toggle(name, knobs.switches)));
}

function showDrawerClock() {
  const { now, ahead, still } = simulatedClock();
  const hours = Math.round(ahead / 360) / 10;
  const turned = Math.abs(ahead) < 1 ? "与真实时间相同" : `比真实时间${ahead > 0 ? "快" : "慢"} ${Math.abs(hours)} 小时`;
  $("drawer-clock").textContent = `${dayAndTime(now)} · ${still ? "停住了" : turned}`;
  $("clock-still").textContent = still ? "走起来" : "停住";
}

function dayAndTime(seconds) {
  const minute = { hour: "2-digit", minute: "2-digit" };
  return localTime(seconds, { month: "long", day: "numeric", weekday: "short", ...minute });
}

function clockTime(seconds) {
  return localTime(seconds, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

function windowLine(window) {
  const name = WINDOWS[window.action];
  return make("li", "", `${name}：还可发 ${window.remaining} 条，到 ${dayAndTime(window.until)} 为止`);
}

function deliveryLine(row) {
  const tries = row.tries.map((one) => `${one.outcome} ${one.milliseconds} ms`).join(" → ");
  const answer = row.reply ? `${row.reply} ${row.bytes} B${row.encrypted ? " 加密" : ""}` : "无回复";
  const line = make("li", "", `${clockTime(row.at)} ${row.what} · ${tries} · ${answer}`);
  if (row.fault) line.append(make("div", "bad", "用户看到故障提示"));
  for (const violation of row.violations) line.append(make("div", "bad", violation));
  return line;
}

function callLine(call) {
  const end = call.fault && call.fault !== "errcode" ? FAULTS[call.fault] : call.errcode;
  return make("li", call.errcode || call.fault ? "bad" : "", `${clockTime(call.at)} ${call.path} → ${end}`);
}

function faultLine(fault) {
  const what = fault.kind === "errcode" ? `错误码 ${fault.errcode}` : FAULTS[fault.kind];
  const left = fault.count === null ? "直到取消" : `还有 ${fault.count} 次`;
  const line = make("li", "knob-line", `${fault.path} ${what} · ${left} `);
  line.append(knob("取消", () => turn(`faults/${fault.number}`, {}, "DELETE")));
  return line;
}

function toggle(name, switches) {
  const button = knob(SWITCHES[name], () => turn("switches", { [name]: !switches[name] }));
  button.setAttribute("aria-pressed", String(switches[name]));
  return button;
}

function knob(label, action) {
  const button = make("button", "knob", label);
  button.type = "button";
  button.onclick = action;
  return button;
}

function fill(id, rows, empty) {
  $(id).replaceChildren(...(rows.length ? rows : [make("li", "", empty)]));
}

const scan = (scene) => act("scan", { scene });

async function turn(path, body, method) {
  await send(`${knobsApi}/${path}`, body, method);
  await showDrawer();
}

function addFault() {
  const errcode = Number($("fault-errcode").value);
  const fault = { path: $("fault-path").value, kind: $("fault-kind").value };
  if ($("fault-count").value) fault.count = Number($("fault-count").value);
  if (fault.kind === "errcode") fault.errcode = errcode;
  return turn("faults", fault);
}

function zoneOffset() { // of the account's zone, as +08:00
  const format = new Intl.DateTimeFormat("en", { timeZone: page.timezone, timeZoneName: "longOffset" });
  const name = format.formatToParts(new Date()).find((part) => part.type === "timeZoneName").value;
  return name.replace("GMT", "") || "+00:00";
}

export function wireDrawer() {
  $("fault-kind").replaceChildren(...Object.entries(FAULTS).map(([kind, label]) => {
    const option = make("option", "", label);
    option.value = kind;
    return option;
  }));
  $("close-drawer").onclick = () => { $("drawer").hidden = true; };
  $("repeat").onclick = () => act("repeat", {}, false);
  $("scan").onsubmit = (event) => {
    event.preventDefault();
    if ($("scene").value.trim()) scan($("scene").value.trim());
  };
  $("clock-hour").onclick = () => turn("clock", { forward: 3600 });
  $("clock-day").onclick = () => turn("clock", { forward: 86400 });
  $("clock-still").onclick = () => turn("clock", { still: !simulatedClock().still });
  $("clock-reset").onclick = () => turn("clock", { reset: true });
  $("clock-set").onsubmit = (event) => {
    event.preventDefault();
    if ($("clock-at").value) turn("clock", { at: $("clock-at").value + zoneOffset() });
  };
  $("fault").onsubmit = (event) => { event.preventDefault(); addFault(); };
  $("tokens-kill").onclick = () => turn("tokens", { do: "kill" });
  $("tokens-expire").onclick = () => turn("tokens", { do: "expire" });
}
