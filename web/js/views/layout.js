/** The frame of a purchase's page, the same while its order is on the way and ever after: nothing moves in between. */

import { h } from "../dom.js";

/** @param {{panel: Node, steps: Node, items: Node, number?: Node}} parts */
export function purchaseLayout({ panel, steps, items, number }) {
  const heading = h("h2", { id: "summary-heading" }, "What you ordered");
  const summary = h("section", { class: "summary", "aria-labelledby": "summary-heading" }, heading, items, number);
  return h("div", { class: "purchase" }, panel, h("div", { class: "purchase-side" }, steps, summary));
}
