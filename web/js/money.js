/** Exact money: minor units as BigInt, so that no price is a floating point number anywhere. */

/** The least amount that the provider charges, in minor units ("Minimum and maximum charge amounts", Stripe). */
export const AMOUNT_MIN = { usd: 50n, eur: 50n, gbp: 30n, chf: 50n, cad: 50n, aud: 50n, jpy: 50n };
/** Stripe takes at most eight digits of minor units. */
export const AMOUNT_MAX = 99_999_999n;

const KILOGRAMS_PER_TONNE = 1000n;

/**
 * What a quantity costs: kilograms x price per tonne / 1000, rounded half up, as the shop reckons it.
 * @param {bigint} kilograms
 * @param {number} unitAmount minor units per tonne
 * @returns {bigint} minor units
 */
export function cost(kilograms, unitAmount) {
  return (kilograms * BigInt(unitAmount) + KILOGRAMS_PER_TONNE / 2n) / KILOGRAMS_PER_TONNE;
}

/** Each item is rounded by itself, then they are summed. @param {{kilograms: bigint, unitAmount: number}[]} lines */
export function total(lines) {
  return lines.reduce((sum, line) => sum + cost(line.kilograms, line.unitAmount), 0n);
}
