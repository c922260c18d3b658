/** An order on its way: asked with one key until the shop has answered, however often that takes. */

import { openPurchase, Problem } from "../api.js";
import { persist } from "../connection.js";
import { h } from "../dom.js";
import { answered, current, discard, intentions, isUnanswered } from "../intentions.js";
import { go } from "../router.js";
import { authorized, buyer, SignedOut } from "../session.js";
import { keepSecret } from "../purchase/secrets.js";
import { refusalText } from "../texts.js";
import { ask } from "./dialogs.js";
import { itemsPlace, showItems } from "./items.js";
import { purchaseLayout } from "./layout.js";
import { cardBones, waiting } from "./panels.js";
import { refuse } from "./shop.js";
import { timeline } from "./timeline.js";

// 15 s: an opening takes one; who waits that long may think that nothing happens.
const LONG_MS = 15_000;

/** @param {AbortSignal} signal @returns {import("../router.js").View} */
export function checkoutView(signal) {
  const title = "Your purchase";
  const who = buyer();
  const intention = current(who);
  if (!who || !intention || !isUnanswered(intention)) {
    // Not at once: the router is still showing this view.
    queueMicrotask(() => go(intention?.purchase_id ? `#/purchases/${intention.purchase_id}` : "#/", { replace: true }));
    return { title, content: [h("h1", {}, title)] };
  }
  // Another tab may have the answer first.
  intentions.addEventListener("change", () => isUnanswered(current(who)) || leave(who), { signal });
  carryOn(who, intention, signal);
  const patience = h(
    "p",
    { class: "hint", hidden: true },
    "This takes longer than usual. Your order is safe: it is one order, however often we ask.",
  );
  setTimeout(() => (patience.hidden = false), LONG_MS);
  const steps = timeline();
  const items = itemsPlace();
  showItems(items, JSON.parse(intention.body), signal);
  steps.show(null, "opening");
  const give = h(
    "button",
    { type: "button", class: "quiet", onclick: () => giveUp(who, intention.key) },
    "Give up this order",
  );
  return {
    title,
    content: [
      h("h1", {}, title),
      purchaseLayout({
        panel: h(
          "section",
          { class: "panel", "aria-label": "Status" },
          waiting("Opening your purchase"),
          ...cardBones(),
          patience,
          give,
        ),
        steps: steps.element,
        items,
      }),
    ],
  };
}

/** @param {string} who @param {import("../intentions.js").Intention} intention @param {AbortSignal} signal */
async function carryOn(who, { key, body }, signal) {
  try {
    const answer = await persist(() => authorized((token) => openPurchase(token, key, body, signal), who), signal);
    const action = answer.next_action;
    if (action.type === "stripe") keepSecret(answer.purchase_id, action.client_secret);
    await answered(who, key, answer.purchase_id);
    if (!signal.aborted) go(`#/purchases/${answer.purchase_id}`, { replace: true });
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof Problem) await refused(who, key, body, error);
    // Who does not sign in again finds the order where it is.
    go("#/", { replace: true });
    if (!(error instanceof Problem || error instanceof SignedOut)) throw error;
  }
}

/** Final for its key: the order is over, and the form still has it. */
async function refused(
  /** @type {string} */ who,
  /** @type {string} */ key,
  /** @type {string} */ body,
  /** @type {Problem} */ problem,
) {
  refuse(refusalText(problem, JSON.parse(body).currency));
  await discard(who, key);
}

function leave(/** @type {string} */ who) {
  const intention = current(who);
  go(intention ? `#/purchases/${intention.purchase_id}` : "#/", { replace: true });
}

/** Nothing can be charged without this page: an order that is given up at worst holds its offset until its deadline. */
async function giveUp(/** @type {string} */ who, /** @type {string} */ key) {
  const sure = await ask(
    "Give up this order?",
    [h("p", {}, "Nothing is charged. If the shop has reserved the offset already, it is released by itself.")],
    [
      { label: "Keep waiting", value: "" },
      { label: "Give up", value: "yes", look: "danger" },
    ],
  );
  if (sure) await discard(who, key);
}
