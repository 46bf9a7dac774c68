// Whose phone this is: switching, adding, and who has news.

import { colourOf } from "./bubbles.js";
import { openPlace, showFollowing, unreadOf } from "./chat.js";
import { $, make, page, patientOf, phoneApi, remember } from "./page.js";
import { act, send } from "./server.js";
import { closeSheets } from "./sheets.js";

export async function choose(openid) {
  page.current = openid;
  remember("openid", openid);
  // Pages of the bot, opened from here, are visited as this patient.
  document.cookie = `phone_openid=${encodeURIComponent(openid)}; path=/; SameSite=Lax`;
  closeSheets();
  openPlace("chat");
  showPatients();
  if (!patientOf(openid).greeted) await act("open");
}

export async function addPatient(name) {
  const patient = await send(`${phoneApi}/patients`, { name });
  if (!patientOf(patient.openid)) takePatient(patient);
  await choose(patient.openid);
}

export function takePatient(patient) {
  const at = page.patients.findIndex((known) => known.openid === patient.openid);
  if (at < 0) page.patients.push(patient);
  else page.patients[at] = patient;
  showPatients();
  showFollowing();
}

export function showPatients() {
  const me = patientOf(page.current);
  if (!me) return;
  const others = page.patients.filter((patient) => patient.openid !== page.current);
  const waiting = others.some((patient) => unreadOf(patient.openid));
  $("who-name").textContent = me.name;
  $("unread").hidden = !waiting;
  $("who").setAttribute("aria-label", `当前用户${me.name}，切换用户${waiting ? "，别人有新消息" : ""}`);
  $("patients").replaceChildren(...page.patients.map(choiceOf));
}

function choiceOf(patient) {
  const button = make("button");
  button.dataset.openid = patient.openid;
  const face = make("span", "avatar", patient.name[0]);
  face.style.background = colourOf(patient.openid);
  face.setAttribute("aria-hidden", "true");
  button.append(face, make("span", "", patient.name));
  if (patient.note) button.append(make("span", "note", patient.note));
  const news = unreadOf(patient.openid);
  if (news) button.append(make("span", "dot", `${news}条新消息`));
  if (patient.openid === page.current) button.setAttribute("aria-current", "true");
  button.onclick = () => choose(patient.openid);
  return button;
}
