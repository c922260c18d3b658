/** Paying one purchase: its client secret, the payment as the provider has it, and attempts that cannot be doubled. */

import { openPurchase, Problem, Unreachable } from "../api.js";
import { paymentProvider } from "../config.js";
import { isPassing, persist } from "../connection.js";
import { declined, ofPurchase } from "../intentions.js";
import { isPayable } from "../provider/intent.js";
import { authorized } from "../session.js";
import { ofTab } from "../storage.js";
import { tellTabs, unlessOtherTab } from "../tabs.js";
import { keepSecret, secretOf } from "./secrets.js";

/** @typedef {import("../provider/intent.js").Intent} Intent */

/**
 * What has come of an attempt. `elsewhere`: another tab pays; `unsent`: the payment has not changed, so nothing was
 * charged; `leaving`: the bank's page comes.
 * @typedef {{intent?: Intent, invalid?: string, elsewhere?: true, unsent?: true, leaving?: true}} Attempt
 */

export class Payment {
  /** @param {string} id the purchase's @param {string} who its buyer @param {AbortSignal} signal */
  constructor(id, who, signal) {
    this.id = id;
    this.who = who;
    this.signal = signal;
  }

  /** Whether this browser has the key that leads to the payment. */
  get isHere() {
    return ofPurchase(this.who, this.id) !== null;
  }

  /** Failed attempts, counted as the shop counts them: failed charges, and one at least once an attempt has failed. */
  get failedAttempts() {
    const declines = ofPurchase(this.who, this.id)?.declines ?? [];
    return Math.max(declines.filter((one) => one.charged).length, Math.min(declines.length, 1));
  }

  /** The client secret: it is never stored, for the same key and body bring it again. */
  async secret() {
    const known = secretOf(this.id);
    if (known) return known;
    const intention = ofPurchase(this.who, this.id);
    if (!intention) throw new Problem(404, { type: "not-found" }, null);
    const { key, body } = intention;
    const answer = await persist(
      () => authorized((token) => openPurchase(token, key, body, this.signal), this.who),
      this.signal,
    );
    const action = answer.next_action;
    // This page pays by card alone: another method's purchase has nothing to confirm here.
    if (action.type !== "stripe") throw new Problem(404, { type: "not-found" }, null);
    keepSecret(this.id, action.client_secret);
    return action.client_secret;
  }

  /** The payment as the provider has it now. @returns {Promise<Intent>} */
  async read() {
    const secret = await this.secret();
    const provider = await paymentProvider();
    return this.#note(await persist(() => provider.read(secret, this.signal), this.signal));
  }

  /** A card to choose or to write. @param {HTMLElement} place */
  async form(place) {
    const secret = await this.secret();
    const provider = await paymentProvider();
    return persist(() => provider.form(place, secret), this.signal);
  }

  /**
   * Pays with what stands in the form.
   * @param {import("../provider/intent.js").Form} form @returns {Promise<Attempt>}
   */
  pay(form) {
    return this.#alone(async (before) => {
      // Paid, processing or canceled meanwhile: there is nothing to pay.
      if (!isPayable(before)) return { intent: before };
      const result = await this.#sure(before, () => form.confirm(returnAddress(this.id)));
      if (!result.intent?.redirect || result.intent.status !== "requires_action") return result;
      return this.#toBank(result.intent);
    });
  }

  /** Leads the buyer to their bank once more. @returns {Promise<Attempt>} */
  authenticate() {
    return this.#alone(async (before) => {
      if (before.status !== "requires_action") return { intent: before };
      return this.#toBank(before);
    });
  }

  /** @param {Intent} intent @returns {Promise<Attempt>} */
  async #toBank(intent) {
    const provider = await paymentProvider();
    const secret = await this.secret();
    const after = await provider.authenticate(secret, intent);
    return after ? { intent: await this.#note(after) } : { leaving: true };
  }

  /**
   * One tab at a time, and never on what this page remembers: the payment is read first.
   * @param {(before: Intent) => Promise<Attempt>} work @returns {Promise<Attempt>}
   */
  async #alone(work) {
    const result = await unlessOtherTab(`offset.pay.${this.id}`, async () => work(await this.read()));
    tellTabs("purchase", { id: this.id });
    return result ?? { elsewhere: true };
  }

  /**
   * A confirm whose answer is lost is judged by retrieving the payment.
   * @param {Intent} before @param {() => Promise<{intent: Intent} | {invalid: string}>} confirm
   * @returns {Promise<Attempt>}
   */
  async #sure(before, confirm) {
    try {
      const result = await confirm();
      return "intent" in result ? { intent: await this.#note(result.intent) } : result;
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof Problem)) throw error;
      const after = await this.read();
      const same = after.status === before.status && after.decline?.id === before.decline?.id;
      if (same && !isPassing(error)) throw error;
      return same ? { intent: after, unsent: true } : { intent: after };
    }
  }

  /** Keeps a decline: it is counted, and its words outlive a reload of this tab. @param {Intent} intent */
  async #note(intent) {
    if (intent.decline) {
      await declined(this.who, this.id, intent.decline);
      ofTab.keep(declineName(this.id), intent.decline.code);
    }
    return intent;
  }
}

/** Why the purchase's last attempt failed, as far as this tab knows. @param {string} id @returns {string | null} */
export function lastDecline(id) {
  const code = ofTab.get(declineName(id));
  return typeof code === "string" ? code : null;
}

function declineName(/** @type {string} */ id) {
  return `offset.decline.${id}`;
}

/** Where a bank leads back to: this page, without its fragment, which providers do not keep. */
function returnAddress(/** @type {string} */ id) {
  return `${location.origin}${location.pathname}?purchase=${encodeURIComponent(id)}`;
}
