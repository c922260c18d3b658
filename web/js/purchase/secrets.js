/** Client secrets, in this page's memory only: whoever loses one asks for it again with the purchase's key. */

/** @type {Map<string, string>} */
const secrets = new Map();

/** @param {string} purchaseId @param {string} secret */
export function keepSecret(purchaseId, secret) {
  secrets.set(purchaseId, secret);
}

/** @param {string} purchaseId */
export function secretOf(purchaseId) {
  return secrets.get(purchaseId) ?? null;
}
