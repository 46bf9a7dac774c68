// One event as what WeChat shows. Nothing from the server is ever put into the page as HTML.

import { make, page, patientOf, phoneApi } from "./page.js";
import { act } from "./server.js";

const COLOURS = ["#8a3b12", "#1d4f91", "#7a2e6b", "#4d5b1e", "#5b4a8a", "#6b3f2a"];

export function colourOf(openid) {
  const at = page.patients.findIndex((patient) => patient.openid === openid);
  return COLOURS[Math.max(0, at) % COLOURS.length];
}

export function render(event) {
  if (event.kind === "notice" || event.kind === "service") return noticeCard(event.body);
  if (event.body.kind === "news") return newsCards(event.body);
  if (event.kind === "system" || event.kind === "fault") {
    const note = make("div", `system ${event.kind}`);
    note.append(...event.body.lines.map(lineOf));
    return note;
  }
  const row = make("div", `row ${event.kind}`);
  const bubble = make("div", "bubble");
  const speaker = event.kind === "user" ? patientOf(page.current).name : page.account_name;
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", `${speaker}说`);
  if (event.body.kind === "image") bubble.append(picture(event.body));
  else bubble.append(...event.body.lines.map(lineOf));
  row.append(avatar(event.kind), bubble);
  return row;
}

export function avatar(kind) {
  const patient = patientOf(page.current);
  const mine = kind === "user";
  const node = make("div", "avatar", mine ? patient.name[0] : "院");
  node.setAttribute("aria-hidden", "true");
  if (mine) node.style.background = colourOf(patient.openid);
  return node;
}

function piece(part) {
  if (part.kind === "menu") {
    const button = make("button", "link", part.text);
    button.type = "button";
    button.dataset.menuId = part.menu_id;
    button.onclick = () => act("send", { text: part.content, menu_id: part.menu_id });
    return button;
  }
  if (part.kind === "tel" || part.kind === "web") {
    return outLink(part.href, part.text, "link", part.kind === "web");
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

function picture(body) {
  const image = make("img");
  image.src = `${phoneApi}/media/${encodeURIComponent(body.media_id)}`;
  image.alt = "图片";
  return image;
}

function outLink(url, text, className, newTab) {
  const link = make("a", className, text);
  link.href = url;
  if (newTab) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  return link;
}

function noticeCard(body) {
  const card = make("article", "card notice");
  card.setAttribute("aria-label", "服务通知");
  card.append(make("h2", "", body.title), make("p", "from", `${page.account_name} · 服务通知`));
  const list = make("dl");
  for (const [label, value] of body.rows) list.append(make("dt", "", label), make("dd", "", value));
  card.append(list);
  if (body.url) card.append(outLink(body.url, "查看详情", "open", true));
  return card;
}

function newsCards(body) {
  const holder = make("div", "news");
  for (const article of body.articles) {
    const card = make("article", "card");
    card.append(make("h2", "", article.title), make("div", "", article.description));
    if (article.url) card.append(outLink(article.url, "阅读全文", "open", true));
    holder.append(card);
  }
  return holder;
}
