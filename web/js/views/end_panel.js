/** How a purchase ended, and what its buyer can do now. */

import { namesOf } from "../catalogue.js";
import { h, icon } from "../dom.js";
import { money, tonnes } from "../formats.js";
import { formOf, setForm } from "../order.js";
import { lastDecline } from "../purchase/payment.js";
import { go } from "../router.js";
import { declineText, REASONS } from "../texts.js";

/** @param {import("../purchase/controller.js").Controller} controller */
export function endPanel({ purchase }) {
  const ended = /** @type {import("../purchase/watch.js").Purchase} */ (purchase);
  const { heading, tone, sign, text } = ENDS[ended.status](ended);
  return {
    tone,
    heading: h("h2", { class: "panel-heading", tabindex: "-1" }, h("span", { class: "seal" }, icon(sign)), heading),
    content: [
      ...text.map((line) => h("p", {}, line)),
      ended.status === "paid" && delivered(ended),
      h("div", { class: "actions" }, ...ways(ended)),
    ].filter(Boolean),
  };
}

/**
 * @typedef {object} End
 * @property {string} heading
 * @property {"good" | "bad" | "calm"} tone
 * @property {"check" | "cross" | "clock" | "minus" | "back"} sign
 * @property {string[]} text
 */

/** @type {Record<string, (purchase: import("../purchase/watch.js").Purchase) => End>} */
const ENDS = {
  paid: ({ amount, currency }) => ({
    heading: "Paid and delivered",
    tone: "good",
    sign: "check",
    text: [`Thank you. You have paid ${money(amount, currency)}, and the offset is yours.`],
  }),
  failed: ({ purchase_id: id, reason }) => ({
    heading: "Payment failed",
    tone: "bad",
    sign: "cross",
    text: [
      lastDecline(id) ? declineText(lastDecline(id) ?? "") : (REASONS[reason ?? ""] ?? "Your card was declined."),
      "Nothing was charged, and nothing is held. You can buy the same again with another card.",
    ],
  }),
  expired: () => ({
    heading: "Time is over",
    tone: "calm",
    sign: "clock",
    text: ["The purchase was not paid in time. Nothing was charged, and the offset is on sale again."],
  }),
  canceled: () => ({
    heading: "Canceled",
    tone: "calm",
    sign: "minus",
    text: ["The purchase was canceled. Nothing was charged, and nothing is held."],
  }),
  refunded: ({ amount, currency, reason }) => ({
    heading: "Refunded",
    tone: "calm",
    sign: "back",
    text: [
      REASONS[reason ?? ""] ?? "The offset could not be delivered.",
      `You have your ${money(amount, currency)} back; banks show it within a few days.`,
    ],
  }),
  rejected: ({ reason }) => ({
    heading: "Not opened",
    tone: "bad",
    sign: "cross",
    text: [REASONS[reason ?? ""] ?? "The shop could not take this order.", "Nothing was charged, and nothing is held."],
  }),
};

/** @param {import("../purchase/watch.js").Purchase} purchase */
function delivered({ items }) {
  return h(
    "ul",
    { class: "delivered", "aria-label": "Delivered to you" },
    items.map((item) => {
      const { project, milestone } = namesOf(item);
      return h(
        "li",
        {},
        h("strong", {}, tonnes(item.quantity)),
        h("span", {}, milestone, h("span", { class: "item-project" }, project)),
      );
    }),
  );
}

/** @param {import("../purchase/watch.js").Purchase} purchase */
function ways({ status, items }) {
  if (status === "paid") {
    return [
      h("a", { class: "button", href: "#/purchases" }, "Your purchases"),
      h("a", { class: "button primary", href: "#/" }, "Buy more"),
    ];
  }
  const again = () => {
    setForm(formOf(items));
    go("#/");
  };
  return [
    h("a", { class: "button", href: "#/" }, "Back to the projects"),
    h("button", { type: "button", class: "primary", onclick: again }, "Start again with the same items"),
  ];
}
