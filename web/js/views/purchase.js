/** One purchase: what it is waiting for, its timeline, and what was ordered. */

import { Problem } from "../api.js";
import { announce, h } from "../dom.js";
import { Controller } from "../purchase/controller.js";
import { buyer, signedIn, SignedOut } from "../session.js";
import { countdown } from "./countdown.js";
import { itemsPlace, showItems } from "./items.js";
import { purchaseLayout } from "./layout.js";
import { panelOf } from "./panels.js";
import { timeline } from "./timeline.js";

const TITLE = "Your purchase";
// While the buyer can still pay, or will be able to in a moment.
const TIMED = new Set(["opening", "preparing", "pay", "approve", "elsewhere"]);

/** @param {AbortSignal} signal @param {string} id @returns {import("../router.js").View} */
export function purchaseView(signal, id) {
  const who = buyer();
  return { title: TITLE, content: who ? open(signal, id, who) : [h("h1", {}, TITLE), signInFirst()] };
}

/** @param {AbortSignal} signal @param {string} id @param {string} who */
function open(signal, id, who) {
  const panel = h("section", { class: "panel", "aria-label": "Status" });
  const content = h("div", {});
  const items = itemsPlace();
  const steps = timeline();
  const controller = new Controller(id, who, signal, () => render());
  const clock = countdown(signal, () => controller.nudge());
  const number = h("p", { class: "soft number" }, "Number ", h("code", {}, id));
  /** @type {ReturnType<typeof panelOf> | null} */
  let shown = null;
  let ordered = false;

  function render() {
    const { purchase, stage } = controller;
    steps.show(purchase, stage);
    clock.show(purchase?.expires_at ?? null, TIMED.has(stage) || (stage === "loading" && controller.payment.isHere));
    if (purchase && !ordered) showItems(items, purchase, signal);
    ordered = purchase !== null;
    showPanel();
  }

  function showPanel() {
    if (shown?.stage === controller.stage) return shown.update();
    const before = shown;
    const hadFocus = panel.contains(document.activeElement) || document.activeElement === document.body;
    before?.remove();
    shown = panelOf(controller);
    panel.replaceChildren(shown.heading, clock.element, ...shown.content);
    panel.className = `panel ${shown.tone}`;
    shown.update();
    if (!before) return undefined;
    document.title = `${shown.heading.textContent} · Offset`;
    if (before.stage === "loading" || before.stage === "preparing") return undefined;
    // A button that is gone takes the focus with it: whoever pressed it goes on reading here, and sees it; whoever has
    // only watched stays where they are on the page.
    if (hadFocus) shown.heading.focus({ preventScroll: !controller.hasActed() });
    else announce(String(shown.heading.textContent));
    return undefined;
  }

  controller.run().catch((error) => {
    if (signal.aborted) return;
    if (error instanceof SignedOut) content.replaceChildren(signInFirst());
    else if (error instanceof Problem) content.replaceChildren(notThere());
    else throw error;
  });
  render();
  content.append(purchaseLayout({ panel, steps: steps.element, items, number }));
  return [h("h1", {}, TITLE), content];
}

function notThere() {
  return h(
    "div",
    { class: "empty" },
    h("h2", {}, "There is no such purchase"),
    h("p", {}, "You have no purchase with this number."),
    h("a", { class: "button", href: "#/purchases" }, "Your purchases"),
  );
}

function signInFirst() {
  const ask = () => signedIn().catch(() => {}); // who closes the dialog stays here
  return h(
    "div",
    { class: "empty" },
    h("p", {}, "Sign in to see this purchase."),
    h("button", { type: "button", class: "primary", onclick: ask }, "Sign in"),
  );
}
