// The call board. What the hospital sends is shown as it comes; calls are spoken once somebody has
// asked for it, as browsers demand. A line that is cut, refused or silent is opened again.
const live = document.getElementById("live");
const latest = document.getElementById("latest");
const lost = document.getElementById("lost");
const speak = document.getElementById("speak");
const CUT_MS = 4000; // an answer that simply ends is followed by the next within two seconds
const SILENT_MS = 25000; // a sign of life comes every ten
const PAGE_MS = 10000;
const HANDS_MS = 60000;
let stream;
let heardAt = Date.now();
let cutAt = 0;
let openedAt = 0;
let spoken = null; // the calls that are known already; nobody is told old news
let announced = []; // the last ones that were new

function alive() {
  heardAt = Date.now();
  cutAt = 0;
  lost.hidden = true;
}

function say(words) {
  const voice = new SpeechSynthesisUtterance(words);
  voice.lang = "zh-CN";
  voice.rate = 0.9;
  speechSynthesis.speak(voice);
}

function announce(calls) {
  const fresh = spoken ? calls.filter((call) => !spoken.has(call.key)) : [];
  spoken = new Set(calls.map((call) => call.key));
  announced = fresh.length ? fresh : announced.filter((call) => spoken.has(call.key));
  latest.textContent = announced.map((call) => call.shown).join("　");
  if (speak.getAttribute("aria-pressed") !== "true") return;
  for (const call of fresh) {
    say(call.aloud);
    say(call.aloud);
  }
}

function show(state) {
  live.innerHTML = state.html;
  announce(state.calls);
}

function open() {
  stream?.close();
  openedAt = Date.now();
  stream = new EventSource(live.dataset.events);
  stream.onmessage = (event) => {
    alive();
    show(JSON.parse(event.data));
  };
  stream.addEventListener("still", alive);
  stream.onerror = () => {
    cutAt ||= Date.now();
  };
}

setInterval(() => {
  const now = Date.now();
  const isSilent = now - heardAt > SILENT_MS;
  if (isSilent || (cutAt && now - cutAt > CUT_MS)) lost.hidden = false;
  const isDead = stream.readyState === EventSource.CLOSED || isSilent;
  if (isDead && now - openedAt > CUT_MS) open();
}, 1000);

// Where there is more than fits, a screen on the wall turns its pages; not under somebody's hands,
// and not on a phone.
let touchedAt = -Infinity;
for (const name of ["wheel", "keydown", "pointerdown"]) {
  addEventListener(name, () => {
    touchedAt = Date.now();
  });
}
setInterval(() => {
  const isTouched = Date.now() - touchedAt < HANDS_MS;
  if (isTouched || matchMedia("(max-width: 899px)").matches) return;
  const isAtEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 4;
  scrollTo(0, isAtEnd ? 0 : scrollY + innerHeight * 0.9);
}, PAGE_MS);

if ("speechSynthesis" in window) {
  speak.hidden = false;
  speak.addEventListener("click", () => {
    const isOn = speak.getAttribute("aria-pressed") !== "true";
    speak.setAttribute("aria-pressed", String(isOn));
    speechSynthesis.cancel();
    if (isOn) say(speak.dataset.started);
  });
}
open();
