/** What a purchase's page shows in each stage. */

import { h } from "../dom.js";
import { payPanel } from "./pay_panel.js";
import { endPanel } from "./end_panel.js";
import { cancelButton, messagePlace } from "./panel_parts.js";

/**
 * @typedef {object} Panel
 * @property {HTMLElement} heading
 * @property {"" | "good" | "bad" | "calm"} tone
 * @property {Node[]} content
 * @property {() => void} update
 * @property {() => void} remove
 *
 * @typedef {Partial<Panel> & Pick<Panel, "heading" | "content">} PanelParts
 * @typedef {import("../purchase/controller.js").Controller} Controller
 */

/** @param {Controller} controller @returns {Panel & {stage: string}} */
export function panelOf(controller) {
  const { stage } = controller;
  return { stage, update() {}, remove() {}, tone: "", ...PANELS[stage](controller) };
}

/** @type {Record<import("../purchase/controller.js").Stage, (controller: Controller) => PanelParts>} */
const PANELS = {
  loading: ({ payment }) => ({ heading: waiting("One moment"), content: payment.isHere ? cardBones() : bones() }),
  opening: () => ({ heading: waiting("Opening your purchase"), content: cardBones() }),
  preparing: () => ({ heading: heading("Choose how to pay"), content: cardBones() }),
  pay: payPanel,
  approve,
  ending: () => ({
    heading: waiting("Your card was declined"),
    content: [h("p", {}, "Nothing was charged. We release what was reserved for you …")],
  }),
  elsewhere,
  bank: () => ({
    heading: waiting("Waiting for your bank"),
    content: [
      h("p", {}, "Your bank is working on the payment. That may take a moment, sometimes longer."),
      h("p", { class: "soft" }, "You need not wait here: this page, and your purchases, show how it goes on."),
    ],
  }),
  delivering: () => ({
    heading: waiting("Paid – being delivered"),
    content: [h("p", {}, "Your payment has arrived. The offset is being assigned to you.")],
  }),
  attention: () => ({
    heading: heading("We are looking after it"),
    content: [
      h("p", {}, "Something did not go as it should, and a person looks at it now. There is nothing for you to do."),
      h("p", {}, "In the end you have either paid and got your offset, or nothing is charged."),
    ],
  }),
  end: endPanel,
};

/** @param {Controller} controller */
function approve(controller) {
  const message = messagePlace(() => controller.message);
  const go = h(
    "button",
    { type: "button", class: "primary", onclick: () => controller.authenticate() },
    "Continue to your bank",
  );
  const other = h("button", { type: "button", onclick: () => controller.useOtherCard() }, "Use another card");
  return {
    heading: heading("Your bank asks for your approval"),
    content: [
      h("p", {}, "Your bank wants to know whether it is you who pays. Nothing is charged until you approve."),
      message.element,
      h("div", { class: "actions" }, cancelButton(controller), other, go),
    ],
    update() {
      message.show();
      for (const button of [go, other]) button.toggleAttribute("disabled", controller.doing !== "");
    },
  };
}

/** @param {Controller} controller */
function elsewhere(controller) {
  const message = messagePlace(() => controller.message);
  return {
    heading: heading("Waiting for payment"),
    content: [
      h(
        "p",
        {},
        "This purchase was begun in another browser: pay it there, or cancel it here. Nothing is charged until then.",
      ),
      message.element,
      h("div", { class: "actions" }, cancelButton(controller)),
    ],
    update: message.show,
  };
}

function heading(/** @type {string} */ text) {
  return h("h2", { class: "panel-heading", tabindex: "-1" }, text);
}

export function waiting(/** @type {string} */ text) {
  return h(
    "h2",
    { class: "panel-heading", tabindex: "-1" },
    h("span", { class: "spinner", "aria-hidden": "true" }),
    text,
  );
}

/** As high as the form that comes in a moment: what stands below it stays where it is. */
export function cardBones() {
  const cards = Array.from({ length: 8 }, () => h("span", { class: "card" }, h("span", { class: "bone wide" })));
  const form = h("div", { class: "cards" }, h("span", { class: "legend" }, h("span", { class: "bone" })), ...cards);
  return [h("div", { class: "card-bones", "aria-hidden": "true" }, form)];
}

function bones() {
  return [
    h(
      "div",
      { class: "bones", "aria-hidden": "true" },
      h("span", { class: "bone wide" }),
      h("span", { class: "bone" }),
      h("span", { class: "bone" }),
    ),
  ];
}
