/** One purchase in this tab: what the shop and the provider say of it, and what its buyer does. */

import { cancelPurchase, Problem } from "../api.js";
import { config } from "../config.js";
import { persist } from "../connection.js";
import { clearFormOf } from "../order.js";
import { completed } from "../intentions.js";
import { isPaid } from "../provider/intent.js";
import { authorized, SignedOut } from "../session.js";
import { onTabs, tellTabs } from "../tabs.js";
import { Payment } from "./payment.js";
import { hasEnded, watch } from "./watch.js";

// 15 s: a last attempt ends its purchase within two; when the shop has not heard of it by then, another card may be
// tried, for the purchase is open as long as the shop says so.
const ENDING_MS = 15_000;

/**
 * @typedef {"loading" | "opening" | "preparing" | "pay" | "approve" | "ending" | "elsewhere" | "bank" | "delivering" |
 *   "attention" | "end"} Stage
 * @typedef {"" | "paying" | "leaving" | "canceling"} Doing
 */

export class Controller {
  /** @type {import("./watch.js").Purchase | null} */
  purchase = null;
  /** @type {import("../provider/intent.js").Intent | null} */
  intent = null;
  /** @type {Doing} */
  doing = "";
  /** What came of the buyer's last action, in words. */
  message = "";
  /** The buyer does not want to go to the bank, but to use another card. */
  otherCard = false;
  attempts = 1;
  #endingUntil = 0;
  #asked = false;
  #acted = false;
  #nudge = new EventTarget();

  /** @param {string} id @param {string} who @param {AbortSignal} signal @param {() => void} changed */
  constructor(id, who, signal, changed) {
    this.id = id;
    this.who = who;
    this.signal = signal;
    this.payment = new Payment(id, who, signal);
    this.changed = changed;
  }

  /** Watches until the end; throws the refusal of a purchase that is not this buyer's. */
  async run() {
    const elsewhere = () => {
      this.#asked = false;
      this.nudge();
    };
    onTabs("purchase", (data) => data.id === this.id && elsewhere(), this.signal);
    this.attempts = (await config()).payment_attempts;
    await watch(this.id, this.who, {
      signal: this.signal,
      nudge: this.#nudge,
      isMoving: () => this.#isMoving,
      tell: (purchase) => this.#told(purchase),
    });
  }

  /** Reads the purchase now. */
  nudge() {
    this.#nudge.dispatchEvent(new Event("nudge"));
  }

  /** @returns {Stage} */
  get stage() {
    if (!this.purchase) return "loading";
    if (hasEnded(this.purchase)) return "end";
    if (this.purchase.status === "needs_attention") return "attention";
    if (this.purchase.status === "opening") return "opening";
    if (isPaid(this.intent)) return "delivering";
    if (this.purchase.status === "processing" || this.intent?.status === "processing") return "bank";
    if (!this.payment.isHere) return "elsewhere";
    if (!this.intent) return "preparing";
    if (this.#isEnding) return "ending";
    return this.intent.status === "requires_action" && !this.otherCard ? "approve" : "pay";
  }

  /** Attempts to pay that are left, as far as this browser knows; the shop has the last word. */
  get attemptsLeft() {
    return Math.max(0, this.attempts - this.payment.failedAttempts);
  }

  /** @param {import("../provider/intent.js").Form} form */
  async pay(form) {
    await this.#do("paying", async () => {
      form.disable(true);
      const leaving = await this.payment
        .pay(form)
        .then((attempt) => this.#attempted(attempt))
        .catch((error) => {
          form.disable(false);
          throw error;
        });
      // Whoever is on the way to a bank presses nothing more.
      form.disable(leaving);
      return leaving;
    });
  }

  /** To the bank's page, which was left without an answer. */
  async authenticate() {
    await this.#do("paying", async () => this.#attempted(await this.payment.authenticate()));
  }

  /** Whether the buyer has done something here since this was asked last. */
  hasActed() {
    const acted = this.#acted;
    this.#acted = false;
    return acted;
  }

  useOtherCard() {
    this.#acted = true;
    this.otherCard = true;
    this.changed();
  }

  async cancel() {
    await this.#do("canceling", async () => {
      try {
        const purchase = await persist(
          () => authorized((token) => cancelPurchase(token, this.id, this.signal), this.who),
          this.signal,
        );
        tellTabs("purchase", { id: this.id });
        this.#told(purchase);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        this.message = notCancelable(error);
      }
      return false;
    });
  }

  /**
   * One action at a time.
   * @param {Doing} what @param {() => Promise<boolean>} work true: the page is being left
   */
  async #do(what, work) {
    if (this.doing) return;
    this.doing = what;
    this.#acted = true;
    this.message = "";
    this.changed();
    let leaving = false;
    try {
      leaving = await work();
    } catch (error) {
      if (this.signal.aborted) return;
      this.message =
        error instanceof SignedOut
          ? "Sign in again to go on."
          : "That did not work, and nothing was charged by it. Please try again.";
      if (!(error instanceof Problem || error instanceof SignedOut)) throw error;
    } finally {
      this.doing = leaving ? "leaving" : "";
      this.changed();
      this.nudge();
    }
  }

  /** @param {import("./payment.js").Attempt} attempt */
  #attempted({ intent, invalid, elsewhere, unsent, leaving }) {
    if (invalid) this.message = invalid;
    if (elsewhere) this.message = "You are paying in another tab: please go on there.";
    if (unsent)
      this.message = "The connection broke off before your card was asked. Nothing was charged; please try again.";
    if (intent) {
      this.otherCard = false;
      this.#know(intent);
    }
    return leaving ?? false;
  }

  /** @param {import("./watch.js").Purchase} purchase */
  #told(purchase) {
    this.purchase = purchase;
    if (hasEnded(purchase)) {
      // The purchase is over: its key has done its work, and what was bought need not stand in the form.
      completed(this.who, this.id);
      if (purchase.status === "paid") clearFormOf(purchase.items);
    } else if (purchase.status === "awaiting_payment") {
      // Only the provider tells that a bank has made up its mind against the card.
      if (this.intent?.status === "processing") this.#asked = false;
      this.#askProvider();
    }
    this.changed();
  }

  /** Where the payment stands, once; afterwards each action tells. */
  async #askProvider() {
    if (this.#asked || !this.payment.isHere) return;
    this.#asked = true;
    try {
      this.#know(await this.payment.read());
    } catch (error) {
      if (this.signal.aborted) return;
      this.#asked = false; // asked again with the next reading
      if (!(error instanceof Problem || error instanceof SignedOut)) throw error;
    }
    this.changed();
  }

  /** @param {import("../provider/intent.js").Intent} intent */
  #know(intent) {
    const news = intent.decline && intent.decline.id !== this.intent?.decline?.id;
    this.intent = intent;
    if (!news || intent.status !== "requires_payment_method") return;
    this.#endingUntil = Date.now() + ENDING_MS;
    setTimeout(() => this.changed(), ENDING_MS + 1);
  }

  get #isEnding() {
    return (
      this.intent?.status === "requires_payment_method" && this.attemptsLeft === 0 && Date.now() < this.#endingUntil
    );
  }

  get #isMoving() {
    return ["delivering", "bank", "ending", "preparing"].includes(this.stage) || this.doing === "canceling";
  }
}

function notCancelable(/** @type {Problem} */ problem) {
  const status = problem.kind === "not-cancelable" ? problem.body.purchase_status : "";
  if (status === "paid") return "This purchase is paid already, so it cannot be canceled.";
  if (status === "processing") return "Your payment is under way, so the purchase cannot be canceled now.";
  return "This purchase cannot be canceled any more.";
}
