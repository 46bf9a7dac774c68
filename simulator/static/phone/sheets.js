// Sheets that slide over the chat, and the account's menu bar.

import { $, make, page } from "./page.js";
import { act } from "./server.js";

export function closeSheets() {
  for (const sheet of document.querySelectorAll(".sheet, .sub")) sheet.hidden = true;
  for (const opener of document.querySelectorAll("[aria-expanded]")) {
    opener.setAttribute("aria-expanded", "false");
  }
}

export function openSheet(id, opener) {
  closeSheets();
  $(id).hidden = false;
  opener.setAttribute("aria-expanded", "true");
  $(id).querySelector("button").focus();
}

function press(button) {
  closeSheets();
  const opens = button.type === "view" && /^https?:\/\//.test(button.url);
  const key = opens ? button.url : button.key;
  if (opens) window.open(button.url, "_blank", "noopener");
  if (key) act("press", { key, name: button.name, kind: button.type });
}

export function showMenu() {
  $("menu").replaceChildren(...page.menu.map((entry) => {
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
