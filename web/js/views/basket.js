/** The order beside the projects: its lines, what it comes to, and the button that begins a purchase. */

import { announce, h, setText } from "../dom.js";
import { money, tonnes } from "../formats.js";
import { canonical } from "../quantity.js";
import { buy } from "../purchase/buy.js";

// 1 s after the last keystroke: a total that is read out while somebody writes is noise.
const SAY_TOTAL_MS = 1000;

/**
 * @param {{refusal: string, onFault: (name: string) => void}} options
 */
export function basket({ refusal, onFault }) {
  const lines = h("ul", { class: "basket-lines" });
  const total = h("output", { class: "total", "aria-label": "Total" }, "–");
  const hint = h("p", { class: "hint", id: "basket-hint" });
  const alert = h("div", { class: "alert-place", role: "alert" });
  const button = h(
    "button",
    { type: "button", class: "primary", "aria-describedby": "basket-hint", onclick: press },
    "Buy",
  );
  if (refusal) alert.append(h("p", { class: "alert bad" }, refusal));
  /** @type {import("../order.js").Order | null} */
  let order = null;
  let busy = false;
  let timer = 0;

  async function press() {
    const wanted = order;
    if (busy || !wanted) return;
    if (wanted.hint) return correct(wanted);
    busy = true;
    button.setAttribute("aria-busy", "true");
    alert.replaceChildren();
    try {
      const fault = await buy(wanted);
      if (fault) alert.replaceChildren(h("p", { class: "alert bad" }, fault));
    } finally {
      busy = false;
      button.removeAttribute("aria-busy");
    }
  }

  /** @param {import("../order.js").Order} wanted */
  function correct(wanted) {
    announce(wanted.hint);
    hint.classList.add("wrong");
    const [first] = wanted.faults.keys();
    if (first) onFault(first);
  }

  return {
    element: h(
      "section",
      { class: "basket", "aria-labelledby": "basket-heading" },
      h("h2", { id: "basket-heading" }, "Your order"),
      alert,
      lines,
      h("p", { class: "basket-total" }, h("span", {}, "Total"), total),
      button,
      hint,
    ),
    /** @param {import("../order.js").Order} now */
    show(now) {
      order = now;
      lines.replaceChildren(...now.lines.map(lineOf));
      const text = now.currency ? money(now.amount, now.currency) : "–";
      if (total.textContent !== text) {
        setText(total, text);
        clearTimeout(timer);
        if (now.currency) timer = setTimeout(announce, SAY_TOTAL_MS, `Total ${text}`);
      }
      setText(hint, now.hint || "You see what you pay before your card is asked.");
      if (!now.hint) hint.classList.remove("wrong");
    },
  };
}

/** @param {import("../order.js").Line} line */
function lineOf({ milestone, kilograms, amount }) {
  return h(
    "li",
    {},
    h("span", { class: "line-name" }, milestone.name),
    h("span", { class: "line-quantity" }, tonnes(canonical(kilograms))),
    h("span", { class: "line-amount" }, money(amount, milestone.currency)),
  );
}
