/** The intake's API: each call once. Who tries again is told by the kind of error. */

import { intake } from "../settings.js";

// 20 s: longer than the intake itself waits for a purchase's opening before it says 503.
const TIMEOUT_MS = 20_000;

/** The shop has said no, as application/problem+json (RFC 9457). */
export class Problem extends Error {
  /** @param {number} status @param {Record<string, any>} body @param {number | null} retryAfter seconds */
  constructor(status, body, retryAfter) {
    const kind =
      String(body.type ?? "")
        .split("/")
        .at(-1) || "unknown";
    super(kind);
    this.status = status;
    this.kind = kind;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

/** No answer, or none that can be read: what was asked for may have happened or not. */
export class Unreachable extends Error {}

/** How far the server's clock is ahead of this one, in milliseconds. */
let skew = 0;

/** The server's time: deadlines are counted by it, however wrong the visitor's clock is. */
export function serverNow() {
  return Date.now() + skew;
}

/** One call without waiting for ever; an aborted one throws the signal's reason. */
export async function fetchOnce(/** @type {string} */ url, /** @type {RequestInit} */ init) {
  // AbortSignal.any is younger than the browsers that the page supports. The time runs on while the body is read.
  const ended = new AbortController();
  const end = () => ended.abort();
  setTimeout(end, TIMEOUT_MS);
  init.signal?.throwIfAborted();
  init.signal?.addEventListener("abort", end, { signal: ended.signal });
  try {
    return await fetch(url, { cache: "no-store", credentials: "omit", ...init, signal: ended.signal });
  } catch (error) {
    init.signal?.throwIfAborted();
    throw new Unreachable("no answer", { cause: error });
  }
}

/**
 * @typedef {{token?: string, key?: string, body?: string, signal?: AbortSignal}} CallOptions
 * @param {string} method @param {string} path @param {CallOptions} [options]
 */
async function call(method, path, { token, key, body, signal } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers["Idempotency-Key"] = key;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetchOnce(intake + path, { method, headers, body, signal });
  const date = Date.parse(response.headers.get("Date") ?? "");
  // The header's seconds are cut off: half of one is lost on average.
  if (date) skew = date + 500 - Date.now();
  const answer = await json(response, signal);
  if (response.ok) return answer;
  const wait = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  throw new Problem(response.status, answer, Number.isNaN(wait) ? null : wait);
}

async function json(/** @type {Response} */ response, /** @type {AbortSignal | undefined} */ signal) {
  try {
    return await response.json();
  } catch (error) {
    signal?.throwIfAborted();
    if (!response.ok) return {}; // a gateway's own page: its status says enough
    throw new Unreachable("the answer broke off", { cause: error });
  }
}

/** @param {AbortSignal} [signal] */
export const readConfig = (signal) => call("GET", "/config", { signal });

/** @param {string | null} cursor @param {AbortSignal} [signal] */
export const readProjects = (cursor, signal) => call("GET", `/projects${page(100, cursor)}`, { signal });

/** @param {string} token @param {string} key @param {string} body @param {AbortSignal} [signal] */
export const openPurchase = (token, key, body, signal) => call("POST", "/purchases", { token, key, body, signal });

/** @param {string} token @param {string} id @param {AbortSignal} [signal] */
export const readPurchase = (token, id, signal) =>
  call("GET", `/purchases/${encodeURIComponent(id)}`, { token, signal });

/** @param {string} token @param {string} id @param {AbortSignal} [signal] */
export const cancelPurchase = (token, id, signal) =>
  call("POST", `/purchases/${encodeURIComponent(id)}/cancel`, { token, body: "{}", signal });

/** @param {string} token @param {string | null} cursor @param {AbortSignal} [signal] */
export const listPurchases = (token, cursor, signal) => call("GET", `/purchases${page(10, cursor)}`, { token, signal });

/** Whom the shop knows by a token. @param {string} token */
export const readMe = (token) => call("GET", "/me", { token });

/** @param {string} buyer */
export const developmentToken = (buyer) =>
  call("POST", "/development/token", { body: JSON.stringify({ buyer_id: buyer }) });

function page(/** @type {number} */ limit, /** @type {string | null} */ cursor) {
  return `?limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`;
}
