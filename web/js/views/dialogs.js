/** Questions that have to be answered first. */

import { h, uniqueId } from "../dom.js";

/**
 * Asks; the answer is the chosen button's value, or "" when the dialog is left.
 * @param {string} heading @param {(Node | string)[]} content
 * @param {{label: string, value: string, look?: string}[]} choices the last one is the one that Enter takes
 * @returns {Promise<string>}
 */
export function ask(heading, content, choices) {
  const id = uniqueId("dialog");
  const dialog = h(
    "dialog",
    { "aria-labelledby": id },
    h("h2", { id, tabindex: "-1", autofocus: true }, heading),
    ...content,
    h(
      "form",
      { method: "dialog", class: "actions" },
      choices.map(({ label, value, look }) => h("button", { value, class: look ?? "quiet" }, label)),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
}
