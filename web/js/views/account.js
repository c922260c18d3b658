/** The header's account, and the dialog in which a buyer signs in. */

import { developmentToken } from "../api.js";
import { config } from "../config.js";
import { h } from "../dom.js";
import { askWith, buyer, session, SignedOut, signIn, signOut } from "../session.js";
import { ask } from "./dialogs.js";

/** @type {Promise<void> | null} */
let asking = null;

export function showAccount() {
  const place = /** @type {HTMLElement} */ (document.getElementById("account"));
  const show = () => place.replaceChildren(...(buyer() ? signedInAs(/** @type {string} */ (buyer())) : signedOut()));
  session.addEventListener("change", show);
  // However many calls find the token over, the buyer is asked once.
  askWith({ signIn: askOnce, replaces: askToReplace, refused: sayRefused });
  show();
}

function askOnce() {
  return (asking ??= askToSignIn().finally(() => (asking = null)));
}

/** @param {string} there @param {string} other */
async function askToReplace(there, other) {
  const choice = await ask(
    `Sign in as ${other}?`,
    [h("p", {}, `You are signed in as ${there}. The link that you have opened signs in ${other} instead.`)],
    [
      { label: `Sign in as ${other}`, value: "replace" },
      { label: `Stay ${there}`, value: "", look: "primary" },
    ],
  );
  return choice === "replace";
}

function sayRefused() {
  const why = "The link that you have opened brought a sign-in that is over, or was never good. Please sign in again.";
  ask("You are not signed in by this link", [h("p", {}, why)], [{ label: "Close", value: "", look: "primary" }]);
}

/** @param {string} name */
function signedInAs(name) {
  return [
    h("span", { class: "who" }, h("span", { class: "visually-hidden" }, "Signed in as "), name),
    h("button", { type: "button", class: "quiet", onclick: signOut }, "Sign out"),
  ];
}

function signedOut() {
  const begin = () => askOnce().catch(() => {}); // who closes the dialog stays signed out
  return [h("button", { type: "button", class: "quiet", onclick: begin }, "Sign in")];
}

async function askToSignIn() {
  const again = buyer();
  const body = h("div", { class: "stack" }, h("p", {}, "One moment …"));
  const close = h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Not now");
  const dialog = h(
    "dialog",
    { "aria-labelledby": "sign-in-heading" },
    h("h2", { id: "sign-in-heading", tabindex: "-1" }, again ? "Sign in again" : "Sign in"),
    again && h("p", {}, "You were signed out, because you have been here for a long time. Nothing is lost."),
    body,
    h("div", { class: "actions" }, close),
  );
  document.body.append(dialog);
  dialog.showModal();
  const done = new AbortController();
  const left = new Promise((resolve, reject) => {
    for (const event of ["change", "renewed"]) {
      session.addEventListener(event, () => buyer() && resolve(undefined), { signal: done.signal });
    }
    dialog.addEventListener("close", () => reject(new SignedOut()), { signal: done.signal });
  });
  config().then(({ development_buyers: buyers }) =>
    body.replaceChildren(...(buyers.length ? choose(buyers) : elsewhere())),
  );
  try {
    await left;
  } finally {
    done.abort();
    dialog.close();
    dialog.remove();
  }
}

/** @param {string[]} buyers */
function choose(buyers) {
  const failure = h("p", { class: "field-fault", role: "alert" });
  const as = (/** @type {string} */ name) => async () => {
    failure.textContent = "";
    try {
      signIn((await developmentToken(name)).token);
    } catch {
      failure.textContent = "The shop does not answer. Please try again.";
    }
  };
  return [
    h("p", {}, "This shop runs on a developer’s machine. Who are you?"),
    ...buyers.map((name) => h("button", { type: "button", class: "choice", onclick: as(name) }, `Continue as ${name}`)),
    failure,
  ];
}

function elsewhere() {
  return [h("p", {}, "Open the shop from your account to sign in. What you have chosen stays here, in this tab.")];
}
