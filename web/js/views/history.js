/** The buyer's purchases, newest first, page by page. */

import { listPurchases, Problem } from "../api.js";
import { knownCatalogue, namesOf, readCatalogue } from "../catalogue.js";
import { persist } from "../connection.js";
import { announce, h } from "../dom.js";
import { moment, money, tonnes } from "../formats.js";
import { authorized, SignedOut } from "../session.js";
import { STATUSES } from "../texts.js";

/** @param {AbortSignal} signal @returns {import("../router.js").View} */
export function historyView(signal) {
  const title = "Your purchases";
  const list = h("ul", { class: "purchases", "aria-busy": "true" }, skeletonRows());
  const more = h("button", { type: "button", hidden: true, onclick: () => load() }, "Show more");
  const place = h("div", { class: "history" }, list, more);
  /** @type {string | null} */
  let cursor = null;
  let loaded = 0;

  async function load() {
    if (more.getAttribute("aria-busy")) return;
    more.setAttribute("aria-busy", "true");
    try {
      const page = await persist(() => authorized((token) => listPurchases(token, cursor, signal)), signal);
      show(page);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof SignedOut)
        place.replaceChildren(
          signInFirst(() => {
            place.replaceChildren(list, more);
            load();
          }),
        );
      else if (error instanceof Problem)
        place.replaceChildren(
          h("p", { class: "alert bad" }, "Your purchases cannot be shown. Please load the page again."),
        );
      else throw error;
    } finally {
      more.removeAttribute("aria-busy");
    }
  }

  /** @param {{items: any[], next_cursor: string | null}} page */
  function show(page) {
    if (loaded === 0) list.replaceChildren();
    const rows = page.items.map(row);
    list.append(...rows);
    list.removeAttribute("aria-busy");
    // The button may go with the last page: whoever has pressed it goes on at what it has brought.
    if (loaded > 0) {
      rows[0]?.querySelector("a")?.focus();
      announce(`${rows.length} more purchases.`);
    }
    loaded += rows.length;
    cursor = page.next_cursor;
    more.hidden = !cursor;
    if (loaded === 0) place.replaceChildren(nothingYet());
  }

  // The items' names are in the catalogue.
  (knownCatalogue() ? Promise.resolve() : readCatalogue(signal)).then(load, (error) => {
    if (!signal.aborted) throw error;
  });
  return { title, content: [h("h1", {}, title), place] };
}

/** @param {any} purchase */
function row(purchase) {
  const status = STATUSES[purchase.status] ?? { word: purchase.status, tone: "calm" };
  const [first, ...others] = purchase.items;
  const names = first ? namesOf(first) : { milestone: "Purchase", project: "" };
  return h(
    "li",
    {},
    h(
      "a",
      { href: `#/purchases/${encodeURIComponent(purchase.purchase_id)}` },
      h(
        "span",
        { class: "purchase-what" },
        h("strong", {}, names.milestone),
        h(
          "span",
          { class: "soft" },
          first
            ? `${tonnes(first.quantity)}${others.length ? ` and ${others.length} more` : ""} · ${names.project}`
            : "",
        ),
      ),
      h("span", { class: "purchase-when soft" }, moment(purchase.created_at)),
      h("span", { class: `badge ${status.tone}` }, status.word),
      h("span", { class: "purchase-amount" }, money(purchase.amount, purchase.currency)),
    ),
  );
}

function skeletonRows() {
  return Array.from({ length: 4 }, () =>
    h("li", { class: "skeleton-row", "aria-hidden": "true" }, h("span", { class: "bone" })),
  );
}

function nothingYet() {
  return h(
    "div",
    { class: "empty" },
    h("p", {}, "You have bought nothing yet."),
    h("a", { class: "button", href: "#/" }, "See the projects"),
  );
}

function signInFirst(/** @type {() => void} */ again) {
  return h(
    "div",
    { class: "empty" },
    h("p", {}, "Sign in to see your purchases."),
    h("button", { type: "button", class: "primary", onclick: again }, "Sign in"),
  );
}
