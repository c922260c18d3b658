/** The way back to a purchase that is not over. */

import { h } from "../dom.js";
import { money } from "../formats.js";
import { current, isUnanswered } from "../intentions.js";
import { buyer } from "../session.js";

/** The notice, or nothing. @returns {Node[]} */
export function openPurchaseNotice() {
  const intention = current(buyer());
  if (!intention) return [];
  const { amount, currency } = JSON.parse(intention.body);
  const unanswered = isUnanswered(intention);
  const address = unanswered ? "#/checkout" : `#/purchases/${intention.purchase_id}`;
  const text = unanswered
    ? "Your order is on its way, and has no answer yet."
    : "You have a purchase that is not finished.";
  return [
    h(
      "section",
      { class: "open-purchase", "aria-label": "Open purchase" },
      h("p", {}, text, " ", h("strong", {}, money(amount, currency))),
      h("a", { class: "button", href: address }, "Continue"),
    ),
  ];
}
