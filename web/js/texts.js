/** What the shop's and the provider's words mean to a buyer. */

import { money, tonnes } from "./formats.js";

/** Why an order was not taken, and what to do. @type {Record<string, string>} */
const REFUSALS = {
  "sold-out": "Some of this was sold meanwhile. The numbers shown are the new ones; nothing was charged.",
  "not-found": "Some of this is not on sale any more. The list shown is the new one; nothing was charged.",
  "opening-failed":
    "Your order could not be opened in time. Nothing was charged and nothing is held: please try again.",
  "amount-too-small": "The amount is too small for a card: choose a little more offset.",
  "invalid-request": "The shop could not read this order. Please load the page again.",
  forbidden: "You may not buy here with this account.",
  "storage-blocked":
    "Your browser stores nothing for this page. We need that to never charge you twice: allow it, and try again.",
};

/** @param {import("./api.js").Problem} problem @param {string | null} currency */
export function refusalText(problem, currency) {
  const { kind, body } = problem;
  if (kind === "price-changed" && typeof body.current_amount === "number" && currency) {
    const now = money(body.current_amount, currency);
    return `The price has changed: your order costs ${now} now. Nothing was charged; look at it, and buy if you agree.`;
  }
  if (kind === "price-changed") return "The price has changed. Nothing was charged; the prices shown are the new ones.";
  if (kind === "too-many-open") {
    const most = body.max_open ? ` ${body.max_open}` : "";
    return `You have${most} open purchases, which is the most. Pay or cancel one of them first.`;
  }
  if (kind === "too-much-held") {
    const most = body.max_held ? `at most ${tonnes(body.max_held)}` : "only so much";
    return `You may hold ${most} of one milestone without having paid. Order less, or pay or cancel first.`;
  }
  return REFUSALS[kind] ?? "The shop did not take this order. Nothing was charged.";
}

/** Why a bank declined, by Stripe's codes. @type {Record<string, string>} */
const DECLINES = {
  insufficient_funds: "There is not enough money on the card.",
  expired_card: "The card has expired.",
  incorrect_cvc: "The card's security code is wrong.",
  incorrect_number: "The card's number is wrong.",
  lost_card: "The bank does not accept this card. Please call your bank.",
  stolen_card: "The bank does not accept this card. Please call your bank.",
  card_velocity_exceeded: "The card's limit for this period is reached.",
  processing_error: "The bank had a problem with this payment. It may work in a moment.",
  payment_intent_authentication_failure: "The payment was not approved with your bank.",
  authentication_required: "The bank wanted your approval and did not get it.",
};

/** @param {string} code */
export function declineText(code) {
  return DECLINES[code] ?? "The bank declined the card without giving a reason.";
}

/** A purchase's status in a list. @type {Record<string, {word: string, tone: "wait" | "good" | "bad" | "calm"}>} */
export const STATUSES = {
  opening: { word: "Being opened", tone: "wait" },
  awaiting_payment: { word: "Waiting for payment", tone: "wait" },
  processing: { word: "In progress", tone: "wait" },
  needs_attention: { word: "We are looking after it", tone: "wait" },
  paid: { word: "Paid and delivered", tone: "good" },
  failed: { word: "Payment failed", tone: "bad" },
  expired: { word: "Time ran out", tone: "calm" },
  canceled: { word: "Canceled", tone: "calm" },
  refunded: { word: "Refunded", tone: "calm" },
  rejected: { word: "Not opened", tone: "bad" },
};

/** Why a purchase was refused or undone. @type {Record<string, string>} */
export const REASONS = {
  "sold-out": "The offset was sold out.",
  "price-changed": "The price had changed.",
  "not-found": "What you chose is not on sale any more.",
  "too-many-open": "You had too many open purchases.",
  "too-much-held": "You held too much without having paid.",
  "opening-failed": "It could not be opened in time.",
  "delivery-refused": "The offset could not be delivered.",
  "reservation-closed": "The payment came after the offset was released.",
  "refunded-before-delivery": "The money was returned before the delivery.",
  "disputed-before-delivery": "Your bank had asked for the money back before the delivery.",
  "amount-differs": "The bank has paid another amount than the order's.",
  "capture-refused": "The bank released the money before it could be taken.",
};

/** What happened, in a buyer's words. @type {Record<string, string>} */
const EVENTS = {
  opening: "Order received",
  payment_created: "Payment prepared",
  offset_reserved: "Offset reserved for you",
  awaiting_payment: "Ready to be paid",
  payment_attempt_failed: "Payment declined",
  payment_received: "Payment received",
  payment_captured: "Payment completed",
  offset_sold: "Offset assigned to you",
  offset_delivered: "Offset delivered",
  payment_refunded: "Payment refunded",
  payment_canceled: "Payment canceled",
  offset_released: "Reservation released",
  offset_returned: "Offset returned",
  notified: "Message sent",
};

/** @param {string} event */
export function eventText(event) {
  const plain = event.replaceAll("_", " ");
  return EVENTS[event] ?? STATUSES[event]?.word ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}
