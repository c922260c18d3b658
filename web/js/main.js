/** The start of the page: who is signed in, where a bank has led back to, and then the view that the address names. */

import { config } from "./config.js";
import { announce, h } from "./dom.js";
import { current, isUnanswered } from "./intentions.js";
import { begin, buyer, session } from "./session.js";
import { go, route, start } from "./router.js";
import { showAccount } from "./views/account.js";
import { showConnection } from "./views/connection.js";
import { checkoutView } from "./views/checkout.js";
import { historyView } from "./views/history.js";
import { purchaseView } from "./views/purchase.js";
import { shopView } from "./views/shop.js";

const PURCHASE_ID = "([A-Za-z0-9._-]{1,64})";

route(/^#\/$/u, shopView);
route(/^#\/checkout$/u, checkoutView);
route(/^#\/purchases$/u, historyView);
route(new RegExp(`^#/purchases/${PURCHASE_ID}$`, "u"), purchaseView);

/** A bank leads back to `?purchase=<id>`, and the provider adds a secret: both leave the address at once. */
function comeBackFromBank() {
  const id = new URLSearchParams(location.search).get("purchase");
  if (!location.search) return;
  const known = id !== null && new RegExp(`^${PURCHASE_ID}$`, "u").test(id);
  history.replaceState(null, "", location.pathname + (known ? `#/purchases/${id}` : location.hash));
}

/** Who opens the shop anew comes back to what they were buying; the projects are a click away. */
function resume() {
  if (location.hash && location.hash !== "#") return;
  const intention = current(buyer());
  if (!intention) go("#/", { replace: true });
  else go(isUnanswered(intention) ? "#/checkout" : `#/purchases/${intention.purchase_id}`, { replace: true });
}

/** Nobody shall take a test shop for a real one. @param {import("./config.js").Config} config */
function showMode({ provider }) {
  if (provider !== "simulator") return;
  const mode = /** @type {HTMLElement} */ (document.getElementById("mode"));
  mode.replaceChildren(h("strong", {}, "Test shop:"), " cards are simulated, and no money moves.");
}

comeBackFromBank();
showConnection();
showAccount();
await begin();
resume();
start();
document.documentElement.dataset.started = "";
session.addEventListener("change", () => {
  announce(buyer() ? `Signed in as ${buyer()}.` : "Signed out.");
});
showMode(await config());
