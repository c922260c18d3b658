/** The time that is left to pay: seen each second, said at a few moments only. */

import { serverNow } from "../api.js";
import { announce, h, setText } from "../dom.js";
import { clock } from "../formats.js";

// Early enough to fetch a card; soon; the last call.
const SAID_AT_S = [600, 300, 60];

/** @param {AbortSignal} signal @param {() => void} over called when the time is over */
export function countdown(signal, over) {
  const left = h("span", { role: "timer", "aria-label": "Time left to pay", class: "clock" }, "–:––");
  const element = h("p", { class: "deadline", hidden: true }, "Reserved for you for ", left);
  let deadline = 0;
  let before = Number.POSITIVE_INFINITY;

  function tick() {
    if (!deadline || element.hidden) return;
    const seconds = (deadline - serverNow()) / 1000;
    setText(left, clock(seconds));
    element.classList.toggle("urgent", seconds <= 60);
    const said = SAID_AT_S.find((moment) => before > moment && seconds <= moment);
    if (said !== undefined && Number.isFinite(before))
      announce(`${Math.round(said / 60)} minutes left to pay.`.replace("1 minutes", "1 minute"));
    if (before > 0 && seconds <= 0) over();
    before = seconds;
  }

  const timer = setInterval(tick, 1000);
  signal.addEventListener("abort", () => clearInterval(timer));
  return {
    element,
    /** @param {string | null} expiresAt @param {boolean} runs */
    show(expiresAt, runs) {
      deadline = expiresAt ? Date.parse(expiresAt) : 0;
      element.hidden = !runs;
      tick();
    },
  };
}
