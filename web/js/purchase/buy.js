/** From the button to an intention: one order becomes one purchase, whoever presses how often and in how many tabs. */

import { h } from "../dom.js";
import { begin, isUnanswered } from "../intentions.js";
import { bodyOf } from "../order.js";
import { go } from "../router.js";
import { SignedOut, signedIn } from "../session.js";
import { refusalText } from "../texts.js";
import { Problem } from "../api.js";
import { StorageBlocked } from "../storage.js";
import { unfinished } from "./unfinished.js";
import { ask } from "../views/dialogs.js";
import { itemsList } from "../views/items.js";

/** @param {import("../order.js").Order} order @returns {Promise<string>} why nothing was begun, "" if all is well */
export async function buy(order) {
  try {
    const who = await signedIn();
    const there = await unfinished(who);
    const body = bodyOf(order);
    const another = there !== null && there.body !== body && (await wantsAnother(there));
    if (another === null) return "";
    const intention = await begin(who, body, { another });
    go(isUnanswered(intention) ? "#/checkout" : `#/purchases/${intention.purchase_id}`);
    return "";
  } catch (error) {
    if (error instanceof Problem) return refusalText(error, order.currency);
    if (error instanceof SignedOut) return "Sign in to buy. What you have chosen stays here.";
    if (error instanceof StorageBlocked) return refusalText(new Problem(0, { type: "storage-blocked" }, null), null);
    throw error;
  }
}

/**
 * Whether the buyer wants this order beside the one there is. An order without an answer is carried on first: nobody
 * knows yet whether it is a purchase.
 * @param {import("../intentions.js").Intention} there @returns {Promise<boolean | null>} null: neither
 */
async function wantsAnother(there) {
  if (isUnanswered(there)) return false;
  const choice = await ask(
    "You have an open purchase",
    [h("p", {}, "You have not paid this one yet:"), itemsList(JSON.parse(there.body))],
    [
      { label: "Close", value: "" },
      { label: "Buy this as well", value: "another" },
      { label: "Go to the open purchase", value: "there", look: "primary" },
    ],
  );
  return choice === "" ? null : choice === "another";
}
