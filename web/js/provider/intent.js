/** A payment as a browser sees it at the provider: what both providers' documents are read into. */

/**
 * @typedef {object} Intent
 * @property {string} status requires_payment_method, requires_action, processing, succeeded …
 * @property {string | null} redirect the bank's page, where the buyer has to go to one
 * @property {Decline | null} decline why the last attempt failed
 *
 * @typedef {object} Decline
 * @property {string} id names the attempt: the same decline read twice is one
 * @property {boolean} charged whether it was a charge that failed (the buyer's bank may have said no before any)
 * @property {string} code the bank's reason, else the provider's
 */

/**
 * @typedef {object} Form a card to choose or to write, in the page
 * @property {(returnUrl: string) => Promise<{intent: Intent} | {invalid: string}>} confirm pays; `invalid`: nothing was
 *   sent, and what to correct. Throws where the answer is lost: then the payment itself has to be read.
 * @property {(disabled: boolean) => void} disable
 * @property {() => void} remove
 *
 * @typedef {object} Provider
 * @property {(secret: string, signal?: AbortSignal) => Promise<Intent>} read
 * @property {(place: HTMLElement, secret: string) => Promise<Form>} form
 * @property {(secret: string, intent: Intent) => Promise<Intent | null>} authenticate leads the buyer to their bank;
 *   null: the page is being left
 */

/** @param {any} document a PaymentIntent @returns {Intent} */
export function intentOf(document) {
  const error = document.last_payment_error;
  return {
    status: document.status,
    redirect: webAddress(document.next_action?.redirect_to_url?.url),
    decline: error ? declineOf(error) : null,
  };
}

function declineOf(/** @type {any} */ error) {
  return {
    id: error.charge ?? `${error.code}/${error.payment_method?.id ?? ""}`,
    charged: Boolean(error.charge),
    code: error.decline_code || error.code || "generic_decline",
  };
}

/** Only an address of the web is followed: nothing that would run in this page. @param {string | undefined} address */
function webAddress(address) {
  try {
    return ["https:", "http:"].includes(new URL(address ?? "").protocol) ? (address ?? null) : null;
  } catch {
    return null;
  }
}

/** The payment's id, which its client secret begins with. @param {string} secret */
export function paymentOf(secret) {
  return secret.split("_secret_")[0];
}

/** Whether an attempt may be begun. @param {Intent} intent */
export function isPayable(intent) {
  return ["requires_payment_method", "requires_confirmation", "requires_action"].includes(intent.status);
}

/** Whether the money has come, or is held for us. @param {Intent | null} intent */
export function isPaid(intent) {
  return intent !== null && ["succeeded", "requires_capture"].includes(intent.status);
}
