/** Who is signed in, in this tab: the token stays in sessionStorage, and goes with the tab. */

import { Problem, readMe } from "./api.js";
import { persist } from "./connection.js";
import { ofTab } from "./storage.js";
import { onTabs, tellTabs } from "./tabs.js";

const TOKEN = "offset.token";
// 150 ms: another tab answers in a few; a visitor does not see the wait.
const OTHER_TABS_MS = 150;
// 3 s: the shop knows a token in a few milliseconds; the page of one that is slow or away is shown meanwhile.
const VERIFYING_MS = 3000;

/** Whoever waits for an answer is no longer the one who asked, or does not want to sign in. */
export class SignedOut extends Error {}

/** @type {{token: string, buyer: string} | null} */
let held = null;
/** The buyer whose token is over, and who may sign in again. @type {string | null} */
let lapsed = null;
/**
 * @typedef {object} Visitor what a person is asked and told
 * @property {() => Promise<void>} signIn resolves when somebody has signed in
 * @property {(there: string, other: string) => Promise<boolean>} replaces whether another buyer shall take this one's place
 * @property {() => void} refused the sign-in that the address brought is not good
 */
/** @type {Visitor} */
let visitor = { signIn: () => Promise.reject(new SignedOut()), replaces: async () => false, refused: () => {} };
export const session = new EventTarget();

/** The signed-in buyer's id; also while their token is over and they are asked to sign in again. */
export function buyer() {
  return held?.buyer ?? lapsed;
}

/** How a visitor is asked and told. @param {Visitor} dialogs */
export function askWith(dialogs) {
  visitor = dialogs;
}

/** Takes the tab's own token or another tab's, and then the one that an identity provider hands over in the fragment. */
export async function begin() {
  const handed = handedOver();
  const token = ofTab.get(TOKEN) ?? (await fromOtherTab());
  if (typeof token === "string") signIn(token);
  if (handed) await Promise.race([takeOver(handed), new Promise((resolve) => setTimeout(resolve, VERIFYING_MS))]);
  // Before the router looks at the address.
  globalThis.addEventListener("hashchange", () => {
    const later = handedOver();
    if (later) takeOver(later);
  });
  onTabs("token-wanted", () => held && tellTabs("token", { token: held.token }));
  onTabs("token", (data) => lapsed && buyerOf(data.token) === lapsed && signIn(data.token));
  onTabs("signed-out", (data) => data.buyer === buyer() && forget());
}

/** The token in the address. It leaves it at once: the address is kept in the history, and in bookmarks. */
function handedOver() {
  const handed = /^#token=([^&]+)/u.exec(location.hash)?.[1];
  if (!handed) return null;
  history.replaceState(null, "", `${location.pathname}${location.search}`);
  return handed;
}

/**
 * Signs in by a token out of an address, which anybody may have written: the shop says whose it is, and a buyer who is
 * signed in here or in another tab is asked before another one takes their place.
 * @param {string} token
 */
async function takeOver(token) {
  try {
    const { buyer_id: other } = await persist(() => readMe(token));
    const there = buyer();
    if (there === null || there === other || (await visitor.replaces(there, other))) signIn(token);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    visitor.refused();
  }
}

/** By a token that the shop has made or verified. @param {string} token @returns {boolean} false: it is no token */
export function signIn(token) {
  const buyerId = buyerOf(token);
  if (buyerId === null) return false;
  const again = buyerId === buyer();
  held = { token, buyer: buyerId };
  lapsed = null;
  ofTab.keep(TOKEN, token);
  tellTabs("token", { token });
  session.dispatchEvent(new Event(again ? "renewed" : "change"));
  return true;
}

export function signOut() {
  tellTabs("signed-out", { buyer: buyer() });
  forget();
}

function forget() {
  held = null;
  lapsed = null;
  ofTab.keep(TOKEN, null);
  session.dispatchEvent(new Event("change"));
}

/**
 * Calls with the buyer's token. A token that is over is asked for anew, and the call goes on with it, but never for
 * another buyer than the one who began it.
 * @template T
 * @param {(token: string) => Promise<T>} call @param {string | null} [forBuyer] @returns {Promise<T>}
 */
export async function authorized(call, forBuyer = buyer()) {
  for (;;) {
    if (!held) await visitor.signIn();
    if (!held || (forBuyer !== null && held.buyer !== forBuyer)) throw new SignedOut();
    const { token } = held;
    try {
      return await call(token);
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== "unauthenticated") throw error;
      lapse(token);
    }
  }
}

/** Makes sure that somebody is signed in; throws SignedOut if they rather not. */
export async function signedIn() {
  if (!held) await visitor.signIn();
  if (!held) throw new SignedOut();
  return held.buyer;
}

function lapse(/** @type {string} */ token) {
  if (held?.token !== token) return; // somebody has signed in again meanwhile
  lapsed = held.buyer;
  held = null;
  ofTab.keep(TOKEN, null);
}

async function fromOtherTab() {
  const answer = new AbortController();
  const token = new Promise((resolve) => {
    onTabs("token", (data) => resolve(data.token), answer.signal);
    setTimeout(resolve, OTHER_TABS_MS, null);
  });
  tellTabs("token-wanted");
  const first = await token;
  answer.abort();
  return first;
}

/** The token's subject; the intake alone judges whether the token is good. @param {unknown} token */
function buyerOf(token) {
  try {
    const [, claims] = String(token).split(".");
    const { sub } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof sub === "string" && sub ? sub : null;
  } catch {
    return null;
  }
}
