/** What the tabs of this page tell each other; where a browser has no way to, they learn it a little later. */

const channel = openChannel();

function openChannel() {
  try {
    return new BroadcastChannel("offset");
  } catch {
    return null; // none in this browser, or blocked together with its storage
  }
}

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
 * Runs `work` in one tab at a time. Where the browser has no locks (a page without https, storage that is blocked) the
 * work just runs: the shop and the provider refuse a second purchase and a second charge by themselves.
 * @template T
 * @param {string} name @param {() => Promise<T> | T} work @returns {Promise<T>}
 */
export function oneTab(name, work) {
  return locked(name, {}, work);
}

/**
 * Runs `work` unless another tab is at it: then it is not run, and the answer is null.
 * @template T
 * @param {string} name @param {() => Promise<T>} work @returns {Promise<T | null>}
 */
export function unlessOtherTab(name, work) {
  return locked(name, { ifAvailable: true }, (isOurs) => (isOurs ? work() : null));
}

/**
 * @template T
 * @param {string} name @param {LockOptions} options @param {(isOurs: boolean) => Promise<T> | T} work @returns {Promise<T>}
 */
async function locked(name, options, work) {
  let begun = false;
  try {
    return await navigator.locks.request(name, options, (lock) => {
      begun = true;
      return work(lock !== null);
    });
  } catch (error) {
    if (begun) throw error;
    return work(true);
  }
}
