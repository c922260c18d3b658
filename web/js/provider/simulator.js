/** The Stripe simulator: test cards to choose from instead of a card to write. No money moves. */

import { fetchOnce, Problem, Unreachable } from "../api.js";
import { h } from "../dom.js";
import { intentOf, paymentOf } from "./intent.js";

// Stripe's own test cards by the names that Stripe gives them; the last two are the simulator's.
const CARDS = [
  { method: "pm_card_visa", last4: "4242", name: "Succeeds", about: "Paid at once." },
  { method: "pm_card_visa_chargeDeclined", last4: "0002", name: "Declined", about: "The bank gives no reason." },
  {
    method: "pm_card_visa_chargeDeclinedInsufficientFunds",
    last4: "9995",
    name: "Insufficient funds",
    about: "The bank says why it declines.",
  },
  { method: "pm_card_chargeDeclinedExpiredCard", last4: "0069", name: "Expired card", about: "The card is too old." },
  {
    method: "pm_card_threeDSecure2Required",
    last4: "3220",
    name: "3-D Secure",
    about: "The bank asks you on its own page, where you may decline.",
  },
  {
    method: "pm_card_threeDSecureRequiredChargeDeclined",
    last4: "1629",
    name: "3-D Secure, then declined",
    about: "You approve, and the bank declines all the same.",
  },
  {
    method: "pm_card_simulatorProcessing",
    last4: "0056",
    name: "Processing, then paid",
    about: "The bank takes its time.",
  },
  {
    method: "pm_card_simulatorProcessingDeclined",
    last4: "0064",
    name: "Processing, then declined",
    about: "The bank takes its time, and declines.",
  },
];

/** @param {{provider_url: string, publishable_key: string}} config @returns {import("./intent.js").Provider} */
export function simulator(config) {
  /**
   * Reads the payment, or confirms it (POST).
   * @param {string} secret @param {"GET" | "POST"} method
   * @param {Record<string, string>} [parameters] @param {AbortSignal} [signal]
   */
  async function call(secret, method, parameters = {}, signal = undefined) {
    // The key goes with the parameters, as Stripe.js sends it: such a request needs no leave of its own (CORS).
    const form = new URLSearchParams({ ...parameters, client_secret: secret, key: config.publishable_key });
    const path = `${config.provider_url}/v1/payment_intents/${paymentOf(secret)}`;
    const response =
      method === "GET"
        ? await fetchOnce(`${path}?${form}`, { signal })
        : await fetchOnce(`${path}/confirm`, { method, body: form });
    const answer = await response.json().catch(() => {
      throw new Unreachable("the answer broke off");
    });
    // A decline is an answer too: its body shows the payment.
    const document = response.ok ? answer : answer.error?.payment_intent;
    if (document) return intentOf(document);
    throw new Problem(response.status, { type: answer.error?.code ?? "unknown" }, null);
  }

  return {
    read: (secret, signal) => call(secret, "GET", {}, signal),

    async form(place, secret) {
      const choice = h("fieldset", { class: "cards" }, h("legend", {}, "Test card"), CARDS.map(option));
      place.replaceChildren(choice);
      return {
        async confirm(returnUrl) {
          const chosen = /** @type {HTMLInputElement} */ (choice.querySelector(":checked"));
          return { intent: await call(secret, "POST", { payment_method: chosen.value, return_url: returnUrl }) };
        },
        disable: (disabled) => choice.toggleAttribute("disabled", disabled),
        remove: () => choice.remove(),
      };
    },

    async authenticate(_secret, intent) {
      if (!intent.redirect) return intent;
      location.assign(intent.redirect);
      return null;
    },
  };
}

function option(/** @type {typeof CARDS[number]} */ card, /** @type {number} */ place) {
  const about = `card-${card.last4}`;
  return h(
    "label",
    { class: "card" },
    h("input", {
      type: "radio",
      name: "card",
      value: card.method,
      checked: place === 0,
      "aria-label": card.name,
      "aria-describedby": about,
    }),
    h("span", { class: "card-name" }, card.name),
    h("span", { class: "card-number", "aria-hidden": "true" }, `•••• ${card.last4}`),
    h("span", { class: "card-about", id: about }, card.about),
  );
}
