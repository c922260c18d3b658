/** The purchase's steps, live, and below them everything that has happened. */

import { h, icon, setText } from "../dom.js";
import { time } from "../formats.js";
import { stepsOf } from "../purchase/steps.js";
import { eventText } from "../texts.js";

const SIGNS = /** @type {const} */ ({ done: "check", bad: "cross", skipped: "minus" });
const STATES = { done: "done", current: "now", ahead: "to come", bad: "failed", skipped: "did not happen" };

export function timeline() {
  const steps = h("ol", { class: "steps", "aria-labelledby": "timeline-heading" });
  const events = h("ol", { class: "events" });
  const summary = h("summary", {}, "Everything that happened");
  const details = h("details", {}, summary, events);
  let drawn = "";
  return {
    element: h(
      "section",
      { class: "timeline", "aria-labelledby": "timeline-heading" },
      h("h2", { id: "timeline-heading" }, "Timeline"),
      steps,
      details,
    ),
    /**
     * @param {import("../purchase/watch.js").Purchase | null} purchase
     * @param {import("../purchase/controller.js").Stage} stage
     */
    show(purchase, stage) {
      const now = stepsOf(purchase, stage);
      const draft = JSON.stringify([now, purchase?.timeline]);
      if (draft === drawn) return; // each second the same: nobody's selection is lost
      drawn = draft;
      steps.replaceChildren(...now.map(step));
      const entries = purchase?.timeline ?? [];
      setText(summary, `Everything that happened (${entries.length})`);
      events.replaceChildren(...entries.map(entry));
    },
  };
}

/** @param {import("../purchase/steps.js").Step} step */
function step({ name, state, at, note }) {
  return h(
    "li",
    { class: `step-row ${state}`, "aria-current": state === "current" && "step" },
    h("span", { class: "dot" }, state in SIGNS && icon(SIGNS[/** @type {keyof typeof SIGNS} */ (state)])),
    h(
      "span",
      { class: "step-text" },
      h("strong", {}, name),
      h("span", { class: "visually-hidden" }, `, ${STATES[state]}`),
      h("span", { class: "soft" }, note || "\u00a0"),
    ),
    h("span", { class: "soft step-time" }, at ? h("time", { datetime: at }, time(at)) : ""),
  );
}

/** @param {{at: string, event: string}} entry */
function entry({ at, event }) {
  return h("li", {}, h("time", { datetime: at }, time(at)), h("span", {}, eventText(event)));
}
