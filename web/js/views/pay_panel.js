/** The payment: a card, and a button that says what it costs. */

import { h, setText } from "../dom.js";
import { money } from "../formats.js";
import { declineText } from "../texts.js";
import { cancelButton, messagePlace } from "./panel_parts.js";

/** @typedef {import("../purchase/controller.js").Controller} Controller */

/** @param {Controller} controller */
export function payPanel(controller) {
  const purchase = /** @type {import("../purchase/watch.js").Purchase} */ (controller.purchase);
  const amount = money(purchase.amount, purchase.currency);
  const message = messagePlace(() => controller.message || (controller.doing ? "" : declineMessage(controller)));
  const place = h("div", { class: "card-place", "aria-busy": "true" });
  const label = h("span", {}, `Pay ${amount}`);
  const button = h("button", { type: "submit", class: "primary pay", disabled: true }, label);
  const cancel = cancelButton(controller);
  /** @type {import("../provider/intent.js").Form | null} */
  let card = null;
  let removed = false;

  async function prepare() {
    card = await controller.payment.form(place);
    if (removed) return card.remove();
    place.removeAttribute("aria-busy");
    return update();
  }

  function update() {
    message.show();
    const working = controller.doing !== "";
    button.toggleAttribute("disabled", working || !card);
    cancel.toggleAttribute("disabled", working);
    button.classList.toggle("working", controller.doing === "paying" || controller.doing === "leaving");
    setText(label, WORDS[controller.doing] ?? `Pay ${amount}`);
  }

  const form = h(
    "form",
    {
      class: "pay-form",
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        if (card) controller.pay(card);
      },
    },
    place,
    message.element,
    h("div", { class: "actions" }, cancel, button),
  );
  // A view that was left is not to be prepared any more.
  prepare().catch((error) => {
    if (!controller.signal.aborted) throw error;
  });
  return {
    heading: h("h2", { class: "panel-heading", tabindex: "-1" }, "Choose how to pay"),
    content: [form],
    update,
    remove() {
      removed = true;
      card?.remove();
    },
  };
}

/** @type {Record<string, string>} */
const WORDS = { paying: "Paying …", leaving: "Taking you to your bank …", canceling: "Canceling …" };

/** Why the last attempt failed, and what the buyer can do. @param {Controller} controller */
function declineMessage({ intent, attemptsLeft: left }) {
  if (!intent?.decline) return "";
  const next =
    left === 0
      ? "You can try another card while the purchase is open."
      : `You can try another card: ${left} ${left === 1 ? "attempt is" : "attempts are"} left.`;
  return `Your card was declined. ${declineText(intent.decline.code)} Nothing was charged. ${next}`;
}
