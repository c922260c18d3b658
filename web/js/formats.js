/** Money, quantities and times in the visitor's locale. */

import { kilogramsOf } from "./quantity.js";

/** The visitor's languages that Intl knows as such: a system's own name (`en_US.UTF-8`, `en-US@posix`) is cut to its tag. */
const LOCALES = (navigator.languages ?? []).flatMap((name) => {
  try {
    return Intl.getCanonicalLocales(name.replace(/[.@].*$/u, "").replaceAll("_", "-"));
  } catch {
    return []; // "C", for one
  }
});

const quantities = new Intl.NumberFormat(LOCALES, { maximumFractionDigits: 3 });
// Without marks between thousands: what stands in a field must be read back as the same number.
const fields = new Intl.NumberFormat(LOCALES, { maximumFractionDigits: 3, useGrouping: false });
const times = new Intl.DateTimeFormat(LOCALES, { timeStyle: "medium" });
const moments = new Intl.DateTimeFormat(LOCALES, { dateStyle: "medium", timeStyle: "short" });
/** @type {Map<string, Intl.NumberFormat>} */
const currencies = new Map();

/** How the visitor's locale writes numbers. */
export const NUMBERS = {
  decimal: fields.formatToParts(1.5).find((part) => part.type === "decimal")?.value ?? ".",
  digits: Array.from({ length: 10 }, (_, digit) => fields.format(digit)),
};

/** @param {bigint | number} amount minor units @param {string} currency */
export function money(amount, currency) {
  const code = currency.toUpperCase();
  let format = currencies.get(code);
  if (!format) {
    format = new Intl.NumberFormat(LOCALES, { style: "currency", currency: code });
    currencies.set(code, format);
  }
  // A double holds every amount below nine quadrillion minor units exactly enough for its last digit.
  return format.format(Number(amount) / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** @param {string} quantity tonnes as the API tells them */
export function tonnes(quantity) {
  return `${quantities.format(Number(kilogramsOf(quantity)) / 1000)} tCO₂e`;
}

/** @param {bigint} kilograms */
export function fieldText(kilograms) {
  return fields.format(Number(kilograms) / 1000);
}

/** @param {string} instant RFC 3339 */
export function time(instant) {
  return times.format(new Date(instant));
}

/** @param {string} instant RFC 3339 */
export function moment(instant) {
  return moments.format(new Date(instant));
}

/** Minutes and seconds, as a clock shows them. @param {number} seconds */
export function clock(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}
