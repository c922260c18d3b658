/**
 * What a buyer means to buy, each under ONE idempotency key: stored with the exact body before the first request
 * leaves, and kept until its purchase has ended. Whatever happens in between (a double click, a reload, a lost answer,
 * a second tab), the same key and body are sent again and lead to the same purchase.
 */

import { ofBrowser } from "./storage.js";
import { oneTab } from "./tabs.js";

const PREFIX = "offset.intentions.";
// An hour: longer than offset is held for anybody. A question that old is not asked again by itself: it would open a
// purchase that nobody waits for any more, and what it may have opened is over, with nothing charged.
const UNANSWERED_MAX_MS = 60 * 60 * 1000;
// More than a buyer may hold at a time; the oldest go first.
const KEPT_MAX = 20;

/**
 * @typedef {object} Intention
 * @property {string} key the idempotency key
 * @property {string} body the exact body of POST /purchases
 * @property {string | null} purchase_id null: not answered yet
 * @property {number} at milliseconds since 1970
 * @property {boolean} current the one that the shop comes back to; others are found in the history
 * @property {{id: string, charged: boolean}[]} declines attempts that failed
 */

export const intentions = new EventTarget();

globalThis.addEventListener("storage", (event) => {
  if (event.key === null || event.key.startsWith(PREFIX)) intentions.dispatchEvent(new Event("change"));
});

/** @param {string} buyer @returns {Intention[]} newest last */
function all(buyer) {
  const kept = ofBrowser.get(PREFIX + buyer);
  return Array.isArray(kept) ? kept.filter((one) => one?.key && (one.purchase_id || !isStale(one))) : [];
}

function isStale(/** @type {Intention} */ one) {
  return Date.now() - one.at > UNANSWERED_MAX_MS;
}

/** The intention that has to be carried on before another one is begun. @param {string | null} buyer */
export function current(buyer) {
  return buyer === null ? null : (all(buyer).findLast((one) => one.current) ?? null);
}

/** @param {string} buyer @param {string} purchaseId */
export function ofPurchase(buyer, purchaseId) {
  return all(buyer).find((one) => one.purchase_id === purchaseId) ?? null;
}

/**
 * The buyer's current intention: the one there is, or a new one with this body.
 * @param {string} buyer @param {string} body
 * @param {{another?: boolean}} [options] another: the buyer wants this beside the one there is
 * @throws {import("./storage.js").StorageBlocked} then nothing may be sent either
 */
export async function begin(buyer, body, { another = false } = {}) {
  return change(buyer, (kept) => {
    const there = kept.findLast((one) => one.current);
    if (there && !another) return there;
    for (const one of kept) one.current = false;
    kept.push({ key: newKey(), body, purchase_id: null, at: Date.now(), current: true, declines: [] });
    return kept[kept.length - 1];
  });
}

/** Its purchase is open. @param {string} buyer @param {string} key @param {string} purchaseId */
export async function answered(buyer, key, purchaseId) {
  await change(buyer, (kept) => {
    const one = kept.find((each) => each.key === key);
    if (one) one.purchase_id = purchaseId;
  });
}

/**
 * An attempt to pay was declined; told again it counts once.
 * @param {string} buyer @param {string} purchaseId @param {{id: string, charged: boolean}} decline
 */
export async function declined(buyer, purchaseId, { id, charged }) {
  await change(buyer, (kept) => {
    const one = kept.find((each) => each.purchase_id === purchaseId);
    if (one && !one.declines.some((each) => each.id === id)) one.declines.push({ id, charged });
  });
}

/** It was refused, or the buyer has given it up. @param {string} buyer @param {string} key */
export async function discard(buyer, key) {
  await change(buyer, (kept) => drop(kept, (one) => one.key === key));
}

/** Its purchase has ended. @param {string} buyer @param {string} purchaseId */
export async function completed(buyer, purchaseId) {
  if (ofPurchase(buyer, purchaseId)) await change(buyer, (kept) => drop(kept, (one) => one.purchase_id === purchaseId));
}

/** Whether it has no answer yet. @param {Intention | null} one */
export function isUnanswered(one) {
  return one !== null && one.purchase_id === null;
}

/**
 * Two tabs that change the list at once would lose one of the changes.
 * @template T
 * @param {string} buyer @param {(kept: Intention[]) => T} work @returns {Promise<T>}
 */
function change(buyer, work) {
  return oneTab(PREFIX + buyer, () => {
    const kept = all(buyer);
    const before = JSON.stringify(kept);
    const result = work(kept);
    if (JSON.stringify(kept) !== before) {
      ofBrowser.set(PREFIX + buyer, kept.slice(-KEPT_MAX));
      intentions.dispatchEvent(new Event("change"));
    }
    return result;
  });
}

function drop(/** @type {Intention[]} */ kept, /** @type {(one: Intention) => boolean} */ which) {
  const at = kept.findIndex(which);
  if (at >= 0) kept.splice(at, 1);
}

/** 128 random bits; crypto.randomUUID is there on https only. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
