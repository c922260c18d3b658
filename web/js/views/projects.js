/** The projects' cards: built once, then only their numbers change, so that nobody's field is taken from under them. */

import { h, icon, setText, uniqueId } from "../dom.js";
import { fieldText, money, NUMBERS, tonnes } from "../formats.js";
import { fieldName, form, setField } from "../order.js";
import { kilogramsOf, parseQuantity } from "../quantity.js";

const STEP_KG = 1000n;
// Of six quiet colours each project has one, and keeps it.
const HUES = 6;

/** @typedef {import("../catalogue.js").Project} Project @typedef {import("../catalogue.js").Milestone} Milestone */

/** @param {Project[]} projects @param {() => void} onInput */
export function projectCards(projects, onInput) {
  const shape = shapeOf(projects);
  /** @type {Map<string, ReturnType<typeof milestoneRow>>} */
  const rows = new Map();
  const elements = projects.map((project) => {
    const id = uniqueId("project");
    const milestones = project.milestones.map((milestone) => {
      const name = fieldName(project.project_id, milestone.milestone_id);
      const row = milestoneRow(name, milestone, onInput);
      rows.set(name, row);
      return row.element;
    });
    return h(
      "article",
      { class: `project hue-${hueOf(project.project_id)}`, "aria-labelledby": id },
      h(
        "div",
        { class: "project-head" },
        h("span", { class: "emblem", "aria-hidden": "true" }),
        h("h2", { id }, project.name),
      ),
      h("ul", { class: "milestones" }, milestones),
    );
  });
  return {
    elements,
    /** Whether the cards can show these projects as they stand. @param {Project[]} others */
    fits: (others) => shapeOf(others) === shape,
    /** @param {Project[]} fresh */
    update(fresh) {
      for (const project of fresh) {
        for (const milestone of project.milestones) {
          rows.get(fieldName(project.project_id, milestone.milestone_id))?.update(milestone);
        }
      }
    },
    /** @param {import("../order.js").Order} order */
    mark(order) {
      const chosen = new Set(order.lines.map((line) => line.name));
      for (const [name, row] of rows) row.mark(order.faults.get(name) ?? "", chosen.has(name));
    },
    /** @param {string} name */
    focus: (name) => rows.get(name)?.focus(),
  };
}

/** @param {string} name @param {Milestone} milestone @param {() => void} onInput */
function milestoneRow(name, milestone, onInput) {
  const faultId = uniqueId("fault");
  const stockId = uniqueId("stock");
  const price = h("span", { class: "price" });
  const stock = h("span", { class: "stock", id: stockId });
  const bar = h("span", { class: "stock-bar", "aria-hidden": "true" });
  const fault = h("p", { class: "field-fault", id: faultId });
  const input = h("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    enterkeyhint: "done",
    placeholder: "0",
    maxlength: 20,
    "aria-label": `Quantity of ${milestone.name} in tonnes`,
    "aria-describedby": `${faultId} ${stockId}`,
    value: form()[name] ?? "",
  });

  /** @param {string} text */
  function write(text) {
    setField(name, text);
    onInput();
  }

  /** @param {bigint} by kilograms; below nothing the field is empty */
  function step(by) {
    const read = parseQuantity(input.value, NUMBERS);
    const now = (read && "kilograms" in read ? read.kilograms : 0n) + by;
    input.value = now > 0n ? fieldText(now) : "";
    write(input.value);
  }

  input.addEventListener("input", () => write(input.value));
  // What was understood is written as the visitor's locale writes it: a misreading would be seen.
  input.addEventListener("change", () => {
    const read = parseQuantity(input.value, NUMBERS);
    if (read && "kilograms" in read) input.value = fieldText(read.kilograms);
    write(input.value);
  });
  input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowUp: STEP_KG, ArrowDown: -STEP_KG }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    step(by);
  });

  const button = (/** @type {"plus" | "minus"} */ sign, /** @type {string} */ label, /** @type {bigint} */ by) =>
    h(
      "button",
      { type: "button", class: "step", "aria-label": `${label} of ${milestone.name}`, onclick: () => step(by) },
      icon(sign),
    );
  const element = h(
    "li",
    { class: "milestone" },
    h("div", { class: "milestone-about" }, h("h3", {}, milestone.name), h("p", { class: "facts" }, price, stock), bar),
    h(
      "div",
      { class: "quantity" },
      h("div", { class: "stepper" }, button("minus", "Less", -STEP_KG), input, button("plus", "More", STEP_KG)),
      h("span", { class: "unit", "aria-hidden": "true" }, "tCO₂e"),
    ),
    fault,
  );
  return {
    element,
    focus: () => input.focus(),
    /** @param {Milestone} now */
    update(now) {
      const free = kilogramsOf(now.free);
      setText(price, `${money(now.unit_amount, now.currency)} per tCO₂e`);
      setText(stock, free === 0n ? "Sold out" : `${tonnes(now.free)} available`);
      element.classList.toggle("sold-out", free === 0n);
      const share = Number(free) / Math.max(1, Number(kilogramsOf(now.total)));
      bar.style.setProperty("--share", String(share));
    },
    /** @param {string} text @param {boolean} chosen */
    mark(text, chosen) {
      setText(fault, text);
      if (text) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      element.classList.toggle("chosen", chosen && !text);
    },
  };
}

/** Cards of the usual size, so that nothing jumps when the projects come. */
export function skeletonCards() {
  return [2, 3, 2].map((milestones) =>
    h(
      "div",
      { class: "project skeleton", "aria-hidden": "true" },
      h("div", { class: "project-head" }, h("span", { class: "emblem" }), h("span", { class: "bone wide" })),
      h(
        "ul",
        { class: "milestones" },
        Array.from({ length: milestones }, () => h("li", { class: "milestone" }, h("span", { class: "bone" }))),
      ),
    ),
  );
}

function shapeOf(/** @type {Project[]} */ projects) {
  return JSON.stringify(
    projects.map(({ project_id: id, name, milestones }) => [
      id,
      name,
      milestones.map((one) => [one.milestone_id, one.name]),
    ]),
  );
}

function hueOf(/** @type {string} */ id) {
  return [...id].reduce((sum, sign) => sum + (sign.codePointAt(0) ?? 0), 0) % HUES;
}
