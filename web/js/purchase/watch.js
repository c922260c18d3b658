/** A purchase as it is now, again and again until it has ended. */

import { readPurchase, serverNow } from "../api.js";
import { pause, persist, untilVisible } from "../connection.js";
import { authorized } from "../session.js";

/**
 * @typedef {object} Purchase
 * @property {string} purchase_id
 * @property {string} status
 * @property {string | null} reason
 * @property {{project_id: string, milestone_id: string, quantity: string}[]} items
 * @property {number} amount minor units
 * @property {string} currency
 * @property {string} created_at
 * @property {string | null} expires_at
 * @property {{at: string, event: string, detail: string}[]} timeline
 */

const ENDS = new Set(["paid", "failed", "expired", "canceled", "refunded", "rejected"]);
// Something moves: each second, and after a minute of that each three, for then it is a bank that takes its time.
const MOVING_MS = 1000;
const SLOWLY_MS = 3000;
const MOVING_FOR_MS = 60_000;
// The buyer's turn, in this tab or another; an operator's turn.
const WAITING_MS = 4000;
const PARKED_MS = 15_000;

/** @param {Purchase | null} purchase */
export function hasEnded(purchase) {
  return purchase !== null && ENDS.has(purchase.status);
}

/**
 * Tells each reading; ends with the purchase, or throws its refusal (404: there is none for this buyer).
 * @param {string} id @param {string} who
 * @param {object} options
 * @param {AbortSignal} options.signal
 * @param {EventTarget} options.nudge its event `nudge` asks for a reading now
 * @param {() => boolean} options.isMoving
 * @param {(purchase: Purchase) => void} options.tell
 */
export async function watch(id, who, { signal, nudge, isMoving, tell }) {
  let movingSince = Date.now();
  for (;;) {
    const purchase = await persist(() => authorized((token) => readPurchase(token, id, signal), who), signal);
    signal.throwIfAborted();
    tell(purchase);
    if (hasEnded(purchase)) return;
    const moving = isMoving() || ["opening", "processing"].includes(purchase.status) || isOver(purchase);
    if (!moving) movingSince = Date.now();
    await pause(moving ? pace(movingSince) : stillFor(purchase), signal, nudge);
    await untilVisible(signal);
  }
}

function pace(/** @type {number} */ since) {
  return Date.now() - since < MOVING_FOR_MS ? MOVING_MS : SLOWLY_MS;
}

/** @param {Purchase} purchase milliseconds until its next reading, never past its deadline */
function stillFor({ status, expires_at: deadline }) {
  const still = status === "needs_attention" ? PARKED_MS : WAITING_MS;
  const left = deadline ? Date.parse(deadline) - serverNow() : still;
  return Math.max(MOVING_MS, Math.min(still, left));
}

function isOver(/** @type {Purchase} */ { status, expires_at: deadline }) {
  return status === "awaiting_payment" && deadline !== null && Date.parse(deadline) <= serverNow();
}
