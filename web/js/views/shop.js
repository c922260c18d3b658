/** The projects on sale, and the order that is being put together beside them. */

import { Problem } from "../api.js";
import { knownCatalogue, readCatalogue } from "../catalogue.js";
import { isPassing, pause, untilVisible } from "../connection.js";
import { h } from "../dom.js";
import { intentions } from "../intentions.js";
import { currentOrder } from "../order.js";
import { unfinished } from "../purchase/unfinished.js";
import { buyer, session, SignedOut } from "../session.js";
import { basket } from "./basket.js";
import { openPurchaseNotice } from "./open_purchase.js";
import { projectCards, skeletonCards } from "./projects.js";

// 10 s: stock and prices that a buyer sees are never much older; each page asks six times a minute.
const REFRESH_MS = 10_000;

/** Why the last order was not taken: told once, when the projects are shown again. */
let refusal = "";

/** @param {string} text */
export function refuse(text) {
  refusal = text;
}

/** @param {AbortSignal} signal @returns {import("../router.js").View} */
export function shopView(signal) {
  const title = "Choose your offset";
  const shelf = h("div", { class: "shelf", "aria-busy": "true" }, skeletonCards());
  const notice = h("div", {});
  const order = basket({ refusal, onFault: (name) => cards?.focus(name) });
  // Whoever comes back from a refusal is led to what has to be changed.
  let pointsAtFault = refusal !== "";
  refusal = "";
  /** @type {ReturnType<typeof projectCards> | null} */
  let cards = null;

  /** @param {import("../catalogue.js").Project[]} projects */
  function show(projects) {
    if (!cards?.fits(projects)) {
      cards = projectCards(projects, reckon);
      shelf.replaceChildren(...cards.elements);
      shelf.removeAttribute("aria-busy");
    }
    cards.update(projects);
    reckon();
  }

  function reckon() {
    const projects = knownCatalogue();
    if (!projects || !cards) return;
    const current = currentOrder(projects);
    cards.mark(current);
    order.show(current);
    const [fault] = current.faults.keys();
    if (pointsAtFault && fault) cards.focus(fault);
    if (fault) pointsAtFault = false;
  }

  const showNotice = () => notice.replaceChildren(...openPurchaseNotice());
  intentions.addEventListener("change", showNotice, { signal });
  session.addEventListener("change", showNotice, { signal });
  showNotice();
  forgetFinished(signal);
  const known = knownCatalogue();
  if (known) show(known);
  keepFresh(show, signal);
  return {
    title,
    content: [
      h("h1", {}, title),
      h(
        "p",
        { class: "lead" },
        "Every tonne comes from a milestone that a project has reached. Buy as little as a kilogram.",
      ),
      notice,
      h("div", { class: "shop" }, shelf, order.element),
    ],
  };
}

/** A purchase that has ended elsewhere is no open one; the notice goes with it. @param {AbortSignal} signal */
async function forgetFinished(signal) {
  const who = buyer();
  try {
    if (who) await unfinished(who, signal);
  } catch (error) {
    if (!signal.aborted && !(error instanceof Problem || error instanceof SignedOut)) throw error;
  }
}

/** Reads the catalogue now, and again as long as somebody looks at it. */
async function keepFresh(/** @type {(projects: any[]) => void} */ show, /** @type {AbortSignal} */ signal) {
  const nudge = new EventTarget();
  document.addEventListener("visibilitychange", () => nudge.dispatchEvent(new Event("nudge")), { signal });
  while (!signal.aborted) {
    try {
      const projects = await readCatalogue(signal);
      if (!signal.aborted) show(projects);
    } catch (error) {
      if (signal.aborted) return;
      if (isPassing(error)) throw error;
    }
    await pause(REFRESH_MS, signal, nudge);
    await untilVisible(signal);
  }
}
