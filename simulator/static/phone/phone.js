// The phone page: puts its parts together.

import { forgetAll, isBubble, openPlace, takeBubble, takeTyping, waiting } from "./chat.js";
import { isOpen, refreshClock, showDrawer, wireDrawer } from "./drawer.js";
import { $, page, patientOf, phoneApi, recall, remember, showClock, takeClock } from "./page.js";
import { addPatient, choose, showPatients, takePatient } from "./people.js";
import { act, fetchJson, isStreaming, listen, on, poll, startOver } from "./server.js";
import { closeSheets, openSheet, showMenu } from "./sheets.js";

function take(event) {
  if (event.kind === "patient") {
    takePatient(event.body);
  } else if (event.kind === "menu") {
    page.menu = event.body.buttons;
    showMenu();
  } else if (event.kind === "clock") {
    refreshClock(); // the event tells what the clock showed when it was turned, not now
  } else if (event.kind === "typing") {
    takeTyping(event.openid, event.body.on);
  } else if (isBubble(event.kind)) {
    takeBubble(event);
    showPatients();
  }
}

async function load() {
  const { clock, ...told } = await fetchJson(`${phoneApi}/state`);
  Object.assign(page, told);
  startOver();
  forgetAll();
  takeClock(clock);
  page.current = (patientOf(recall("openid")) || page.patients[0]).openid;
  showMenu();
  page.place = "chat";
  await poll();
  await choose(page.current);
}

function setLarge(large) {
  document.documentElement.classList.toggle("large", large);
  $("large").setAttribute("aria-pressed", String(large));
  remember("large", large ? "1" : "");
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

function wireWriting() {
  $("form").onsubmit = (event) => { event.preventDefault(); submit(); };
  $("text").oninput = grow;
  $("text").onkeydown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  };
}

function wireSheets() {
  $("who").onclick = () => openSheet("sheet-patients", $("who"));
  $("more").onclick = () => openSheet("sheet-more", $("more"));
  $("large").onclick = () => setLarge($("large").getAttribute("aria-pressed") !== "true");
  $("follow-again").onclick = () => act("follow");
  $("toggle-follow").onclick = () => {
    closeSheets();
    act(patientOf(page.current).following ? "unfollow" : "follow");
  };
  $("toggle-refuse").onclick = () => {
    act("refuse", { on: !patientOf(page.current).refuses_notices }, false);
  };
  for (const button of document.querySelectorAll("[data-media]")) {
    button.onclick = () => { closeSheets(); act("media", { kind: button.dataset.media }); };
  }
  $("add").onsubmit = (event) => {
    event.preventDefault();
    const name = $("add-name").value.trim();
    $("add-name").value = "";
    if (name) addPatient(name);
  };
  $("open-drawer").onclick = () => { closeSheets(); $("drawer").hidden = false; showDrawer(); };
  for (const place of ["chat", "service"]) $(`tab-${place}`).onclick = () => openPlace(place);
  document.addEventListener("click", (event) => {
    if (event.target.matches(".sheet, [data-close]")) closeSheets();
    else if (!event.target.closest(".menu, .sheet, .bar")) closeSheets();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeSheets(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
}

async function start() {
  Object.assign(on, {
    event: take,
    restart: load,
    waiting,
    acted: () => { if (isOpen()) showDrawer(); },
  });
  wireWriting();
  wireSheets();
  wireDrawer();
  setLarge(recall("large") === "1");
  await load();
  listen();
  setInterval(() => { if (!isStreaming()) poll(); }, 2000);
  setInterval(showClock, 1000);
}

start();
