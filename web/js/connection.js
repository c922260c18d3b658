/** Trying again: with a growing delay, at once when the network is back or the visitor says so, and never unseen. */

import { Problem, Unreachable } from "./api.js";

// 1 s, 2 s, 4 s … 30 s: soon enough for a restart, slow enough not to hold down a service that comes up.
const FIRST_DELAY_S = 1;
const DELAY_MAX_S = 30;
// A shop that says "in an hour" is asked earlier when somebody sits before it, but not every second.
const RETRY_AFTER_MAX_S = 120;
// Statuses that say nothing of the request itself.
const PASSING = new Set([408, 425, 429]);

/** @typedef {{reason: "offline" | "away" | "busy", until: number, wake: () => void, trying: boolean}} Waiter */

/** @type {Set<Waiter>} */
const waiters = new Set();
export const connection = new EventTarget();

/** What the visitor should know: the loop that tries again first. */
export function waiting() {
  const all = [...waiters];
  return all.find((waiter) => waiter.reason === "offline") ?? all.sort((one, other) => one.until - other.until)[0];
}

/** Every loop tries again now. */
export function retryNow() {
  for (const waiter of waiters) waiter.wake();
}

/** Says at once that the network is gone, long before the next request would. */
export function watchNetwork() {
  /** @type {Waiter} */
  const gone = { reason: "offline", until: 0, wake: () => {}, trying: false };
  const look = () => {
    if (navigator.onLine) waiters.delete(gone);
    else waiters.add(gone);
    changed();
  };
  globalThis.addEventListener("offline", look);
  globalThis.addEventListener("online", look);
  look();
}

/** Whether the same call may have another answer in a while. @param {unknown} error */
export function isPassing(error) {
  if (error instanceof Unreachable) return true;
  return error instanceof Problem && (error.status >= 500 || PASSING.has(error.status));
}

/**
 * Calls until there is an answer or a refusal; throws the refusal, or the signal's reason.
 * @template T
 * @param {() => Promise<T>} attempt @param {AbortSignal} [signal] @returns {Promise<T>}
 */
export async function persist(attempt, signal) {
  /** @type {Waiter | null} */
  let waiter = null;
  try {
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        signal?.throwIfAborted();
        if (!isPassing(error)) throw error;
        waiter ??= { reason: "away", until: 0, wake: () => {}, trying: false };
        waiters.add(waiter);
        await wait(waiter, error, failures, signal);
        // A network that comes back needs a moment, not half a minute.
        if (waiter.reason === "offline") failures = 0;
      }
    }
  } finally {
    if (waiter) {
      waiters.delete(waiter);
      changed();
    }
  }
}

/** @param {Waiter} waiter @param {unknown} error @param {number} failures @param {AbortSignal} [signal] */
async function wait(waiter, error, failures, signal) {
  const offline = !navigator.onLine;
  const delay = delaySeconds(error, failures);
  waiter.reason = offline ? "offline" : error instanceof Problem && error.status === 429 ? "busy" : "away";
  waiter.until = Date.now() + delay * 1000;
  waiter.trying = false;
  const { promise, resolve } = deferred();
  waiter.wake = resolve;
  changed();
  // Offline nothing is tried: the browser tells when the network is back.
  const timer = offline ? undefined : setTimeout(resolve, delay * 1000);
  globalThis.addEventListener("online", resolve);
  signal?.addEventListener("abort", resolve);
  await promise;
  clearTimeout(timer);
  globalThis.removeEventListener("online", resolve);
  signal?.removeEventListener("abort", resolve);
  signal?.throwIfAborted();
  waiter.trying = true;
  changed();
}

/** @param {unknown} error @param {number} failures */
function delaySeconds(error, failures) {
  const backoff = Math.min(DELAY_MAX_S, FIRST_DELAY_S * 2 ** failures);
  // Half of it by chance: pages that lost the shop at one moment do not come back at one moment.
  const jittered = backoff * (0.5 + Math.random() / 2);
  const asked = error instanceof Problem && error.retryAfter ? Math.min(error.retryAfter, RETRY_AFTER_MAX_S) : 0;
  return Math.max(jittered, asked);
}

/** Waits, unless something comes first: the signal, or `nudge`. @param {number} ms */
export async function pause(ms, /** @type {AbortSignal} */ signal, /** @type {EventTarget} */ nudge) {
  const { promise, resolve } = deferred();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", resolve);
  nudge.addEventListener("nudge", resolve);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", resolve);
  nudge.removeEventListener("nudge", resolve);
}

/** Waits for the page to be seen: a page that nobody looks at asks nothing. @param {AbortSignal} signal */
export async function untilVisible(signal) {
  if (!document.hidden) return;
  const { promise, resolve } = deferred();
  const look = () => !document.hidden && resolve();
  document.addEventListener("visibilitychange", look);
  signal.addEventListener("abort", resolve);
  await promise;
  document.removeEventListener("visibilitychange", look);
  signal.removeEventListener("abort", resolve);
}

function changed() {
  connection.dispatchEvent(new Event("change"));
}

function deferred() {
  /** @type {() => void} */
  let resolve = () => {};
  const promise = new Promise((done) => {
    resolve = () => done(undefined);
  });
  return { promise, resolve };
}
