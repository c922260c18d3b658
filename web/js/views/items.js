/** The items of an order with their total. */

import { knownCatalogue, namesOf, readCatalogue } from "../catalogue.js";
import { h } from "../dom.js";
import { money, tonnes } from "../formats.js";

/** @typedef {{items: import("../order.js").Item[], amount: number, currency: string}} Ordered */

/** @param {Ordered} order */
export function itemsList({ items, amount, currency }) {
  return h(
    "div",
    { class: "items" },
    h(
      "ul",
      {},
      items.map((item) => {
        const { project, milestone } = namesOf(item);
        return h(
          "li",
          {},
          h("span", { class: "item-name" }, milestone, h("span", { class: "item-project" }, project)),
          h("span", { class: "item-quantity" }, tonnes(item.quantity)),
        );
      }),
    ),
    h("p", { class: "items-total" }, h("span", {}, "Total"), h("strong", {}, money(amount, currency))),
  );
}

/** As high as one item, until the order is known. */
export function itemsPlace() {
  const bone = () => h("span", { class: "bone" });
  return h(
    "div",
    { class: "items-place" },
    h("div", { class: "items", "aria-hidden": "true" }, h("ul", {}, h("li", {}, bone())), bone()),
  );
}

/**
 * Shows the items in their place, once the catalogue has told their names.
 * @param {HTMLElement} place @param {Ordered} order @param {AbortSignal} signal
 */
export async function showItems(place, order, signal) {
  try {
    if (!knownCatalogue()) await readCatalogue(signal);
  } catch {
    if (signal.aborted) return; // else the ids have to do
  }
  place.replaceChildren(itemsList(order));
}
