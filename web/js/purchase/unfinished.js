/** The purchase that the buyer has not finished, asked for instead of remembered: it may have ended elsewhere. */

import { Problem, readPurchase } from "../api.js";
import { persist } from "../connection.js";
import { completed, current, isUnanswered } from "../intentions.js";
import { authorized } from "../session.js";
import { hasEnded } from "./watch.js";

/**
 * The intention that has to be carried on, or null. One whose purchase has ended is forgotten.
 * @param {string} who @param {AbortSignal} [signal] @returns {Promise<import("../intentions.js").Intention | null>}
 */
export async function unfinished(who, signal) {
  const there = current(who);
  if (!there || isUnanswered(there)) return there;
  const id = /** @type {string} */ (there.purchase_id);
  if (!(await isOver(id, who, signal))) return there;
  await completed(who, id);
  return null;
}

/** @param {string} id @param {string} who @param {AbortSignal} [signal] */
async function isOver(id, who, signal) {
  try {
    return hasEnded(await persist(() => authorized((token) => readPurchase(token, id, signal), who), signal));
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return true;
    throw error;
  }
}
