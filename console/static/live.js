// Numbers that move: fetched again every three seconds, as long as the page is looked at.
const live = document.getElementById("live");
setInterval(async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(live.dataset.from);
    if (answer.ok && !answer.redirected) live.innerHTML = await answer.text();
  } catch {
    // The network comes back, or the nurse loads the page again.
  }
}, 3000);
