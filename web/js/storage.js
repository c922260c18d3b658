/** The browser's storage as JSON; what cannot be read counts as not there. */

/** @param {() => Storage} area a browser that blocks storage throws as soon as it is named */
function stored(area) {
  return {
    /** @param {string} name */
    get(name) {
      try {
        return JSON.parse(area().getItem(name) ?? "null");
      } catch {
        return null; // blocked by the visitor, or written by somebody else
      }
    },
    /** @param {string} name @param {unknown} value null removes it @throws where storage is blocked or full */
    set(name, value) {
      if (value === null) area().removeItem(name);
      else area().setItem(name, JSON.stringify(value));
    },
    /** Keeps the value if that is possible, for nothing depends on it. @param {string} name @param {unknown} value */
    keep(name, value) {
      try {
        this.set(name, value);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Lives as long as the tab. */
export const ofTab = stored(() => sessionStorage);
/** Shared by all tabs, and kept when the browser is closed. */
export const ofBrowser = stored(() => localStorage);
