/** Who takes the money: one interface, two providers. */

import { simulator } from "./simulator.js";
import { stripe } from "./stripe.js";

/** @param {import("../config.js").Config} config */
export function providerOf(config) {
  return config.provider === "stripe" ? stripe(config) : simulator(config);
}
