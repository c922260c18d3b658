/** Parts that several panels of a purchase share. */

import { h } from "../dom.js";
import { ask } from "./dialogs.js";

/** @typedef {import("../purchase/controller.js").Controller} Controller */

/** What came of the buyer's last action. @param {() => string} message "": nothing to tell */
export function messagePlace(message) {
  const element = h("div", { class: "alert-place", role: "alert" });
  let shown = "";
  return {
    element,
    show() {
      if (message() === shown) return;
      shown = message();
      element.replaceChildren(...(shown ? [h("p", { class: "alert bad" }, shown)] : []));
    },
  };
}

/** @param {Controller} controller */
export function cancelButton(controller) {
  return h("button", { type: "button", class: "quiet", onclick: () => askAndCancel(controller) }, "Cancel purchase");
}

async function askAndCancel(/** @type {Controller} */ controller) {
  const choice = await ask(
    "Cancel this purchase?",
    [h("p", {}, "Nothing is charged, and the offset that is reserved for you goes back on sale.")],
    [
      { label: "Keep it", value: "" },
      { label: "Cancel purchase", value: "cancel", look: "danger" },
    ],
  );
  if (choice === "cancel") await controller.cancel();
}
