/** Views by the address's hash: one at a time, each with a signal that ends whatever it has begun. */

import { session } from "./session.js";

/**
 * @typedef {{title: string, content: Node[]}} View its title is its heading and the page's
 * @typedef {(signal: AbortSignal, ...parameters: string[]) => View} MakeView
 */

/** @type {[RegExp, MakeView][]} */
const routes = [];
let shown = new AbortController();
let first = true;

/** @param {RegExp} pattern @param {MakeView} view */
export function route(pattern, view) {
  routes.push([pattern, view]);
}

/**
 * Shows another view.
 * @param {string} hash @param {{replace?: boolean}} [options] replace: the back button leads past the view that is left
 */
export function go(hash, { replace = false } = {}) {
  if (location.hash === hash) return;
  if (replace) {
    history.replaceState(null, "", hash);
    // Whoever replaces the address before the start is shown by the start.
    if (!first) show();
  } else {
    location.hash = hash;
  }
}

export function start() {
  globalThis.addEventListener("hashchange", show);
  // A page out of the back-forward cache shows the past: everything is read again.
  globalThis.addEventListener("pageshow", (event) => event.persisted && show());
  session.addEventListener("change", show);
  document.getElementById("skip")?.addEventListener("click", (event) => {
    event.preventDefault(); // the address names a view, not a place in it
    document.getElementById("view")?.focus();
  });
  show();
}

function show() {
  shown.abort();
  shown = new AbortController();
  const main = /** @type {HTMLElement} */ (document.getElementById("view"));
  // A question about a view goes with it; one that is asked before the first view is about the visitor.
  const questions = first ? [] : document.querySelectorAll("dialog[open]");
  for (const dialog of questions) /** @type {HTMLDialogElement} */ (dialog).close();
  const { title, content } = find(shown.signal);
  main.replaceChildren(...content);
  document.title = `${title} · Offset`;
  markNavigation();
  if (first) {
    first = false;
    return; // a page that has just loaded is read from its beginning
  }
  globalThis.scrollTo({ top: 0, behavior: "instant" });
  const heading = main.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

function find(/** @type {AbortSignal} */ signal) {
  for (const [pattern, view] of routes) {
    const match = pattern.exec(location.hash);
    if (match) return view(signal, ...match.slice(1));
  }
  history.replaceState(null, "", "#/");
  return routes[0][1](signal);
}

function markNavigation() {
  for (const link of document.querySelectorAll("nav a")) {
    const target = /** @type {HTMLAnchorElement} */ (link).hash;
    const here = location.hash === target || (target !== "#/" && location.hash.startsWith(`${target}/`));
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
