/** Stripe: the card is written into Stripe's own Payment Element, so that no card number ever touches this page. */

import { Unreachable } from "../api.js";
import { persist } from "../connection.js";
import { intentOf } from "./intent.js";

// A named version, as Stripe asks for: it gets repairs by itself, and breaking changes only when the name changes.
const SCRIPT = "https://js.stripe.com/endive/stripe.js";
const dark = matchMedia("(prefers-color-scheme: dark)");

/** @type {Promise<any> | null} */
let loading = null;

/** @param {{publishable_key: string}} config @returns {import("./intent.js").Provider} */
export function stripe(config) {
  const client = async () => {
    const make = await persist(load);
    return make(config.publishable_key, { locale: "auto" });
  };
  /** @type {Promise<any> | null} */
  let made = null;
  const api = () => (made ??= client());

  return {
    async read(secret) {
      return intentFrom(await (await api()).retrievePaymentIntent(secret));
    },

    async form(place, secret) {
      const stripeJs = await api();
      const elements = stripeJs.elements({ clientSecret: secret, appearance: appearance() });
      const element = elements.create("payment", { layout: "tabs" });
      const recolour = () => elements.update({ appearance: appearance() });
      dark.addEventListener("change", recolour);
      place.replaceChildren();
      element.mount(place);
      await new Promise((resolve, reject) => {
        element.on("ready", resolve);
        element.on("loaderror", () => reject(new Unreachable("Stripe's form did not load")));
      });
      return {
        async confirm(returnUrl) {
          const confirmParams = { return_url: returnUrl };
          const result = await stripeJs.confirmPayment({ elements, confirmParams, redirect: "if_required" });
          if (result.error?.type === "validation_error") return { invalid: result.error.message };
          return { intent: intentFrom(result) };
        },
        disable: (disabled) => element.update({ readOnly: disabled }),
        remove() {
          dark.removeEventListener("change", recolour);
          element.destroy();
        },
      };
    },

    async authenticate(secret) {
      return intentFrom(await (await api()).handleNextAction({ clientSecret: secret }));
    },
  };
}

/** A decline shows the payment as well; an error without one says nothing of what has become of it. */
function intentFrom(/** @type {any} */ { paymentIntent, error }) {
  const document = paymentIntent ?? error?.payment_intent;
  if (!document) throw new Unreachable(error?.code ?? "no answer");
  return intentOf(document);
}

function load() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = SCRIPT;
    script.onload = () => resolve(/** @type {any} */ (globalThis).Stripe);
    script.onerror = () => {
      loading = null;
      script.remove();
      reject(new Unreachable("Stripe.js did not load"));
    };
    document.head.append(script);
  });
  return loading;
}

/** The page's own colours, in light and dark. */
function appearance() {
  const style = getComputedStyle(document.documentElement);
  const token = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    theme: dark.matches ? "night" : "stripe",
    variables: {
      colorPrimary: token("--accent"),
      colorBackground: token("--surface"),
      colorText: token("--ink"),
      colorTextSecondary: token("--ink-soft"),
      colorDanger: token("--danger"),
      borderRadius: token("--radius-small"),
      fontFamily: token("--font"),
    },
  };
}
