/** The browser's storage as JSON; what cannot be read counts as not there. */

/** The browser stores nothing for this page: the visitor has blocked it, or it is full. */
export class StorageBlocked extends Error {}

/** @param {() => Storage} area a browser that blocks storage throws as soon as it is named */
function stored(area) {
  /** What could only be kept in this page. @type {Map<string, unknown>} */
  const unstored = new Map();
  return {
    /** @param {string} name */
    get(name) {
      if (unstored.has(name)) return unstored.get(name);
      try {
        return JSON.parse(area().getItem(name) ?? "null");
      } catch {
        return null; // blocked by the visitor, or written by somebody else
      }
    },
    /** @param {string} name @param {unknown} value null removes it @throws {StorageBlocked} */
    set(name, value) {
      try {
        if (value === null) area().removeItem(name);
        else area().setItem(name, JSON.stringify(value));
      } catch (error) {
        throw new StorageBlocked("not stored", { cause: error });
      }
    },
    /** Keeps the value, at worst as long as this page lives. @param {string} name @param {unknown} value */
    keep(name, value) {
      unstored.delete(name);
      try {
        this.set(name, value);
      } catch {
        unstored.set(name, value);
      }
    },
  };
}

/** Lives as long as the tab. */
export const ofTab = stored(() => sessionStorage);
/** Shared by all tabs, and kept when the browser is closed. */
export const ofBrowser = stored(() => localStorage);
