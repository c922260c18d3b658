/** The notice that the page tries again: what is wrong, when it goes on, and a button for who cannot wait. */

import { connection, retryNow, waiting, watchNetwork } from "../connection.js";
import { h, setText } from "../dom.js";

const MESSAGES = {
  offline: "You are offline; we go on when you are back",
  away: "The shop does not answer; trying again",
  busy: "The shop is busy; trying again",
};
// 2 s: long enough to be read.
const BACK_SHOWN_MS = 2000;

export function showConnection() {
  const place = /** @type {HTMLElement} */ (document.getElementById("connection"));
  const message = h("span");
  // Seen, but not read out each second.
  const countdown = h("span", { "aria-hidden": "true", class: "seconds" });
  const button = h("button", { type: "button", class: "quiet", onclick: retryNow }, "Retry now");
  const box = h(
    "div",
    { class: "connection-box" },
    h("p", { role: "status", "aria-label": "Connection" }, message, countdown),
    button,
  );
  place.append(box);
  place.hidden = true;
  let timer = 0;

  function show() {
    clearTimeout(timer);
    const waiter = waiting();
    if (!waiter) {
      if (place.hidden) return;
      setText(message, "Connected again.");
      setText(countdown, "");
      button.hidden = true;
      timer = setTimeout(() => {
        place.hidden = true;
        setText(message, "");
      }, BACK_SHOWN_MS);
      return;
    }
    place.hidden = false;
    button.hidden = false;
    setText(message, MESSAGES[waiter.reason]);
    const seconds = Math.max(1, Math.ceil((waiter.until - Date.now()) / 1000));
    const counts = waiter.reason !== "offline" && !waiter.trying;
    setText(countdown, counts ? ` in ${seconds} s` : waiter.trying ? " …" : "");
    timer = setTimeout(show, 250);
  }

  connection.addEventListener("change", show);
  watchNetwork();
}
