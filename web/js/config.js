/** What the intake tells of itself, read once. */

import { readConfig } from "./api.js";
import { persist } from "./connection.js";
import { providerOf } from "./provider/provider.js";

/**
 * @typedef {object} Config
 * @property {"stripe" | "simulator"} provider
 * @property {string} provider_url
 * @property {string} publishable_key
 * @property {number} payment_attempts failed attempts to pay that end a purchase
 * @property {string[]} development_buyers empty in production
 */

/** @type {Promise<Config> | null} */
let reading = null;
/** @type {import("./provider/intent.js").Provider | null} */
let provider = null;

/** @returns {Promise<Config>} */
export function config() {
  reading ??= persist(() => readConfig());
  return reading;
}

/** The provider of this shop. */
export async function paymentProvider() {
  provider ??= providerOf(await config());
  return provider;
}
