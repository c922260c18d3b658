/** Elements made of data: text stays text, whatever stands in it, so no answer can bring markup or script. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] `onclick: listener` listens; false, null and undefined are left out
 * @param {...(Node | string | null | false | undefined | Array<Node | string | null | false>)} children
 * @returns {any} the element
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child instanceof Node || typeof child === "string"));
  return element;
}

const ICONS = {
  check: "M4 10.5l4 4 8-9",
  cross: "M5 5l10 10M15 5L5 15",
  clock: "M10 3a7 7 0 1 0 0 14a7 7 0 0 0 0-14zM10 6v4l3 2",
  alert: "M10 3l8 14H2zM10 8v4M10 14.5v.2",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  card: "M2.5 5h15v10h-15zM2.5 8.5h15",
  back: "M12 4l-6 6 6 6",
  next: "M8 4l6 6-6 6",
};

/**
 * A picture beside words that say the same: nothing to read out.
 * @param {keyof typeof ICONS} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

let ids = 0;

/** An id for a label or a description, unique on this page. @param {string} prefix */
export function uniqueId(prefix) {
  ids += 1;
  return `${prefix}-${ids}`;
}

/** Changes a text only where it differs, so that a live region stays silent and a selection survives. */
export function setText(/** @type {Element} */ element, /** @type {string} */ text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Says something to a screen reader once it has nothing else to say. @param {string} text */
export function announce(text) {
  const region = /** @type {HTMLElement} */ (document.getElementById("announcer"));
  // A new element each time: the same sentence twice is read out twice.
  region.replaceChildren(h("p", {}, text));
}
