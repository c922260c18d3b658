/** What the tabs of this page tell each other; where a browser has no way to, they learn it a little later. */

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("offset") : null;

/**
 * @param {string} type
 * @param {(data: any) => void} listener
 * @param {AbortSignal} [signal]
 */
export function onTabs(type, listener, signal) {
  channel?.addEventListener("message", ({ data }) => data?.type === type && listener(data), { signal });
}

/** @param {string} type @param {object} [data] */
export function tellTabs(type, data = {}) {
  channel?.postMessage({ ...data, type });
}

/**
 * Runs `work` in one tab at a time. Where the browser has no locks (a page without https) the work just runs: the shop
 * and the provider refuse a second purchase and a second charge by themselves.
 * @template T
 * @param {string} name @param {() => Promise<T> | T} work @returns {Promise<T>}
 */
export function oneTab(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : Promise.resolve(work());
}

/**
 * Runs `work` unless another tab is at it: then it is not run, and the answer is null.
 * @template T
 * @param {string} name @param {() => Promise<T>} work @returns {Promise<T | null>}
 */
export function unlessOtherTab(name, work) {
  if (!navigator.locks) return work();
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : null));
}
