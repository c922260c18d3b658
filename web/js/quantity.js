/** Quantities in tonnes as people write them, and as whole kilograms. */

const PLACES = 3;
const KILOGRAMS_MAX = 1_000_000_000n; // a million tonnes
const KILOGRAMS_PER_TONNE = 1000n;

// Spaces and apostrophes can only stand between thousands.
const SPACED = /^\d{1,3}([\s'’]\d{3})+(?=[.,]|$)/u;

/** @typedef {"not-a-number" | "ambiguous" | "too-precise" | "zero" | "too-large"} QuantityFault */

/**
 * Reads "1.5" and "1,5" alike in every locale. A mark that could mean either is refused instead of guessed: "1,500" is
 * 1500 to an English reader and 1.5 to a German one, so it is taken only where the comma is the decimal mark.
 * @param {string} text
 * @param {{decimal: string, digits: string[]}} locale the visitor's decimal mark, and digits from 0 to 9
 * @returns {{kilograms: bigint} | {fault: QuantityFault} | null} null: nothing was written
 */
export function parseQuantity(text, { decimal, digits }) {
  const written = plain(text.trim(), decimal, digits);
  if (written === "") return null;
  const mark = decimal === "," ? "," : ".";
  const parts = split(written, mark);
  if (typeof parts === "string") return { fault: parts };
  const [tonnes, fraction] = parts;
  if (fraction.length > PLACES) return { fault: "too-precise" };
  const kilograms = BigInt(tonnes || "0") * KILOGRAMS_PER_TONNE + BigInt(fraction.padEnd(PLACES, "0"));
  if (kilograms === 0n) return { fault: "zero" };
  if (kilograms > KILOGRAMS_MAX) return { fault: "too-large" };
  return { kilograms };
}

/**
 * The visitor's own digits and decimal mark as 0-9 and ".", spaces between thousands left out.
 * @param {string} text @param {string} decimal @param {string[]} digits
 */
function plain(text, decimal, digits) {
  const latin = [...text].map((sign) => {
    const value = digits.indexOf(sign);
    if (value >= 0) return String(value);
    return sign === decimal && sign !== "," ? "." : sign;
  });
  const joined = latin.join("");
  return joined.replace(SPACED, (thousands) => thousands.replace(/\D/gu, ""));
}

/**
 * Whole tonnes and the fraction's digits, or what is wrong.
 * @param {string} written @param {string} mark the decimal mark @returns {[string, string] | QuantityFault}
 */
function split(written, mark) {
  if (!/^[\d.,]+$/u.test(written) || !/\d/u.test(written)) return "not-a-number";
  const [first, ...others] = written.replace(/\d/gu, "");
  if (first === undefined) return [written, ""];
  const [whole, fraction] = cut(written, written.search(/[.,]\d*$/u));
  if (others.length === 0) {
    const couldBeThousands = fraction.length === 3 && /^[1-9]\d{0,2}$/u.test(whole);
    return first !== mark && couldBeThousands ? "ambiguous" : [whole, fraction];
  }
  // Several marks: those before the last part thousands; so does the last one, if it is of their kind.
  const thousands = new RegExp(`^\\d{1,3}([${first}]\\d{3})+$`, "u");
  const [grouped, rest] = others.at(-1) === first ? [written, ""] : [whole, fraction];
  return thousands.test(grouped) ? [grouped.replaceAll(first, ""), rest] : "not-a-number";
}

/** @param {string} written @param {number} at where the mark stands @returns {[string, string]} */
function cut(written, at) {
  return [written.slice(0, at), written.slice(at + 1)];
}

/** A quantity as the shop's API takes and tells it: 1500 kilograms are "1.500". @param {bigint} kilograms */
export function canonical(kilograms) {
  const rest = String(kilograms % KILOGRAMS_PER_TONNE).padStart(PLACES, "0");
  return `${kilograms / KILOGRAMS_PER_TONNE}.${rest}`;
}

/** Kilograms of a quantity that the API tells: "1.500" is 1500. @param {string} quantity */
export function kilogramsOf(quantity) {
  const [tonnes, fraction = ""] = quantity.split(".");
  return BigInt(tonnes) * KILOGRAMS_PER_TONNE + BigInt(fraction.padEnd(PLACES, "0"));
}
