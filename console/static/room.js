// The room page: one key for each act, and a line that moves by itself.
const live = document.getElementById("live");
const switched = document.getElementById("keys");
const KEPT = "console.keys";

// Who speaks to a computer or leans on the keyboard can do without (WCAG 2.1.4).
switched.checked = localStorage.getItem(KEPT) !== "off";
switched.addEventListener("change", () => {
  localStorage.setItem(KEPT, switched.checked ? "on" : "off");
});

function isTyping(element) {
  return ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName);
}

document.addEventListener("keydown", (event) => {
  if (event.target.tagName === "SELECT" && event.key === "Enter") {
    event.preventDefault();
    event.target.form.requestSubmit(event.target.parentElement.querySelector("button"));
    return;
  }
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
  if (!switched.checked || !isPlain || isTyping(event.target)) return;
  // By the place of the key: a Chinese input method hides the letter.
  const found = live.querySelector(`[data-key="${event.code}"]:not(:disabled)`);
  if (!found) return;
  event.preventDefault();
  if (found.tagName === "SUMMARY") {
    found.parentElement.open = true;
    found.parentElement.querySelector("select").focus();
  } else {
    found.click();
  }
});

// One press, one act: the page that comes back is another.
let isSent = false;
document.addEventListener("submit", (event) => {
  if (isSent) event.preventDefault();
  isSent = true;
});
addEventListener("pageshow", () => {
  isSent = false;
});

let shown = "";
function show(html) {
  const key = live.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  live.innerHTML = shown = html;
  if (key) live.querySelector(`[data-key="${key}"]`)?.focus();
}

setInterval(async () => {
  if (document.hidden || isSent || live.querySelector("details[open]")) return;
  try {
    const answer = await fetch(live.dataset.from);
    if (!answer.ok || answer.redirected || isSent) return;
    const html = await answer.text();
    if (html !== shown) show(html);
  } catch {
    // The network comes back, or the doctor loads the page again.
  }
}, 2000);
