/** The order that is being put together: what stands in the fields, what it comes to, and what is wrong with it. */

import { fieldText, money, NUMBERS, tonnes } from "./formats.js";
import { AMOUNT_MAX, AMOUNT_MIN, cost, total } from "./money.js";
import { canonical, kilogramsOf, parseQuantity } from "./quantity.js";
import { ofTab } from "./storage.js";

const FORM = "offset.form";
// What the shop takes in one purchase.
const ITEMS_MAX = 20;

/**
 * @typedef {import("./catalogue.js").Project} Project
 * @typedef {import("./catalogue.js").Milestone} Milestone
 * @typedef {{project_id: string, milestone_id: string, quantity: string}} Item
 */

/** The fields' texts by project and milestone. @returns {Record<string, string>} */
export function form() {
  return ofTab.get(FORM) ?? {};
}

/** @param {string} project @param {string} milestone */
export const fieldName = (project, milestone) => `${project}/${milestone}`;

/** @param {string} name @param {string} text */
export function setField(name, text) {
  const texts = form();
  if (text) texts[name] = text;
  else delete texts[name];
  ofTab.keep(FORM, texts);
}

/** @param {Record<string, string>} texts */
export function setForm(texts) {
  ofTab.keep(FORM, texts);
}

/**
 * @typedef {{name: string, project: Project, milestone: Milestone, kilograms: bigint, amount: bigint}} Line
 * @typedef {{lines: Line[], faults: Map<string, string>, amount: bigint, currency: string | null, hint: string}} Order
 * `faults` by field; `hint` says why the order as a whole cannot be bought yet, "" if it can
 */

/** @param {Project[]} projects @returns {Order} */
export function currentOrder(projects) {
  const texts = form();
  /** @type {Line[]} */
  const lines = [];
  const faults = new Map();
  for (const project of projects) {
    for (const milestone of project.milestones) {
      const name = fieldName(project.project_id, milestone.milestone_id);
      const read = parseQuantity(texts[name] ?? "", NUMBERS);
      if (read && "fault" in read) faults.set(name, FAULTS[read.fault]);
      if (!read || "fault" in read) continue;
      const { kilograms } = read;
      lines.push({ name, project, milestone, kilograms, amount: cost(kilograms, milestone.unit_amount) });
    }
  }
  const currency = lines[0]?.milestone.currency ?? null;
  for (const line of lines) {
    const fault = faultOf(line, currency);
    if (fault) faults.set(line.name, fault);
  }
  // Two currencies have no sum: what is priced in another one than the first item is marked and left out.
  const summed = lines.filter((line) => line.milestone.currency === currency);
  const amount = total(summed.map((line) => ({ kilograms: line.kilograms, unitAmount: line.milestone.unit_amount })));
  return { lines: summed, faults, amount, currency, hint: hintOf(summed, faults, amount, currency) };
}

/** The body of POST /purchases; the same order is the same text. @param {Order} order */
export function bodyOf(order) {
  const items = order.lines.map((line) => ({
    project_id: line.project.project_id,
    milestone_id: line.milestone.milestone_id,
    quantity: canonical(line.kilograms),
  }));
  return JSON.stringify({ items, amount: Number(order.amount), currency: order.currency, payment_method: "card" });
}

const EXAMPLE = `1${NUMBERS.decimal}5`;
/** @type {Record<import("./quantity.js").QuantityFault, string>} */
const FAULTS = {
  "not-a-number": `Write a number of tonnes, for example ${EXAMPLE}.`,
  ambiguous: "This can be read in two ways: write it without a mark between thousands.",
  "too-precise": "At most three decimal places: the smallest quantity is a kilogram.",
  zero: "Write at least 0.001 tonnes, or leave the field empty.".replace(".", NUMBERS.decimal),
  "too-large": "At most a million tonnes at a time.",
};

/** @param {Line} line @param {string | null} currency */
function faultOf({ milestone, kilograms }, currency) {
  if (milestone.currency !== currency) {
    return `Priced in ${milestone.currency.toUpperCase()}: buy it separately, one currency at a time.`;
  }
  const free = kilogramsOf(milestone.free);
  if (free === 0n) return "Sold out.";
  return kilograms > free ? `Only ${tonnes(milestone.free)} are left.` : "";
}

/** @param {Line[]} lines @param {Map<string, string>} faults @param {bigint} amount @param {string | null} currency */
function hintOf(lines, faults, amount, currency) {
  if (faults.size) return "Please correct the marked quantities.";
  if (!currency) return "Choose a quantity of one or more milestones.";
  if (lines.length > ITEMS_MAX) return `At most ${ITEMS_MAX} milestones in one purchase.`;
  if (amount > AMOUNT_MAX) return `At most ${money(AMOUNT_MAX, currency)} in one purchase.`;
  const least = AMOUNT_MIN[/** @type {keyof typeof AMOUNT_MIN} */ (currency)] ?? 0n;
  if (amount < least) return `Cards are charged ${money(least, currency)} or more: choose a little more offset.`;
  return "";
}

/** Empties the fields of what was bought, unless something else stands there by now. @param {Item[]} items */
export function clearFormOf(items) {
  const bought = formOf(items);
  const texts = form();
  const same =
    Object.keys(texts).length === items.length && Object.keys(bought).every((name) => texts[name] !== undefined);
  if (same && Object.entries(bought).every(([name, text]) => sameQuantity(texts[name], text))) setForm({});
}

/** What to write into the fields to buy the same again. @param {Item[]} items @returns {Record<string, string>} */
export function formOf(items) {
  return Object.fromEntries(
    items.map((item) => [fieldName(item.project_id, item.milestone_id), fieldText(kilogramsOf(item.quantity))]),
  );
}

function sameQuantity(/** @type {string} */ one, /** @type {string} */ other) {
  const [first, second] = [one, other].map((text) => parseQuantity(text, NUMBERS));
  return (
    first !== null &&
    second !== null &&
    "kilograms" in first &&
    "kilograms" in second &&
    first.kilograms === second.kilograms
  );
}
