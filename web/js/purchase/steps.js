/** The four steps that every purchase takes, and where this one stands. */

import { STATUSES } from "../texts.js";

/**
 * @typedef {import("./watch.js").Purchase} Purchase
 * @typedef {import("./controller.js").Stage} Stage
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {"done" | "current" | "ahead" | "bad" | "skipped"} state
 * @property {string | null} at
 * @property {string} note
 */

const STEPS = [
  { name: "Order opened", events: ["awaiting_payment", "opening"], done: "The offset is reserved" },
  { name: "Payment", events: [], done: "Your bank has agreed" },
  { name: "Paid", events: ["payment_received"], done: "The money has come" },
  { name: "Delivered", events: ["offset_delivered"], done: "The offset is yours" },
];

/** What the current step waits for. @type {Partial<Record<Stage, string>>} */
const NOTES = {
  opening: "We reserve your offset",
  preparing: "Waiting for you",
  pay: "Waiting for you",
  elsewhere: "Waiting for you",
  approve: "Waiting for your approval",
  ending: "Declined",
  bank: "Waiting for your bank",
  delivering: "Your offset is being delivered",
  attention: "We are looking after it",
};

/** @param {Purchase | null} purchase @param {Stage} stage @returns {Step[]} */
export function stepsOf(purchase, stage) {
  const done = stepsDone(purchase, stage);
  return STEPS.map(({ name, events, done: note }, place) => {
    if (place < done) return { name, state: "done", at: firstOf(purchase, events), note };
    if (purchase && stage === "end") return { name, ...notReached(purchase, place, done) };
    const current = place === done;
    return { name, state: current ? "current" : "ahead", at: null, note: (current && NOTES[stage]) || "" };
  });
}

/** @param {Purchase | null} purchase @param {Stage} stage */
function stepsDone(purchase, stage) {
  if (!purchase || ["opening", "rejected"].includes(purchase.status)) return 0;
  if (purchase.status === "paid") return STEPS.length;
  return stage === "delivering" || firstOf(purchase, ["payment_received"]) ? 3 : 1;
}

/** @param {Purchase | null} purchase @param {string[]} events @returns {string | null} */
function firstOf(purchase, events) {
  return purchase?.timeline.find(({ event }) => events.includes(event))?.at ?? null;
}

/**
 * Where it ended, and that nothing came after it.
 * @param {Purchase} purchase @param {number} place @param {number} end @returns {Omit<Step, "name">}
 */
function notReached({ status, timeline }, place, end) {
  if (place === end) {
    const state = ["failed", "rejected"].includes(status) ? "bad" : "skipped";
    return { state, at: timeline.at(-1)?.at ?? null, note: STATUSES[status].word };
  }
  const money = status === "refunded" ? "Refunded" : "Not charged";
  return { state: "skipped", at: null, note: place === STEPS.length - 1 ? "Nothing is held" : money };
}
