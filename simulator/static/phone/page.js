// What every part of the page needs: its state, its elements, its clock.

const { base, knobs } = document.body.dataset;
export const phoneApi = `${base}/api`;
export const knobsApi = knobs;

export const $ = (id) => document.getElementById(id);

export const page = {
  epoch: "", // which run of the simulator we know
  account_name: "",
  timezone: "Asia/Shanghai",
  patients: [],
  menu: [],
  current: null, // openid of the patient whose phone this is
  place: "chat", // the conversation that is open: the account's chat, or "service": 服务通知
};

export function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

export function remember(key, value) {
  try { localStorage.setItem(`phone.${key}`, value); } catch { /* private window: forget it */ }
}

export function recall(key) {
  try { return localStorage.getItem(`phone.${key}`); } catch { return null; }
}

let toastTimer = 0;
export function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 4000);
}

export function patientOf(openid) {
  return page.patients.find((patient) => patient.openid === openid);
}

// --- the simulated clock ---------------------------------------------------------------------

let clock = { now: Date.now() / 1000, ahead: 0, still: false };
let clockTakenAt = performance.now();

export function takeClock(told) {
  clock = told;
  clockTakenAt = performance.now();
  showClock();
}

export function simulatedNow() { // seconds since 1970
  return clock.still ? clock.now : clock.now + (performance.now() - clockTakenAt) / 1000;
}

export const simulatedClock = () => clock;

export function localTime(seconds, options) {
  const date = new Date(seconds * 1000);
  return date.toLocaleString("zh-CN", { timeZone: page.timezone, hourCycle: "h23", ...options });
}

export function showClock() {
  const day = { month: "long", day: "numeric", weekday: "short" };
  const minute = { hour: "2-digit", minute: "2-digit" };
  const now = simulatedNow();
  const text = `${localTime(now, day)} ${localTime(now, minute)}`;
  if ($("now").textContent !== text) $("now").textContent = text;
  $("turned").hidden = !clock.still && Math.abs(clock.ahead) < 1;
}
