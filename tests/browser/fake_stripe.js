// Stands in for Stripe.js: the calls that the page makes, carried out at the simulator. Its Payment Element is one
// field for the name of a test card; SIMULATOR is replaced by the simulator's address.
globalThis.Stripe = (key) => {
  const call = async (secret, method, parameters = {}) => {
    const form = new URLSearchParams({ ...parameters, client_secret: secret, key });
    const path = `SIMULATOR/v1/payment_intents/${secret.split("_secret_")[0]}`;
    const response =
      method === "GET" ? await fetch(`${path}?${form}`) : await fetch(`${path}/confirm`, { method, body: form });
    const answer = await response.json();
    return response.ok ? { paymentIntent: answer } : { error: answer.error };
  };
  const followed = (result) => {
    const address = result.paymentIntent?.next_action?.redirect_to_url?.url;
    if (!address) return result;
    location.assign(address);
    return new Promise(() => {});
  };
  return {
    retrievePaymentIntent: (secret) => call(secret, "GET"),
    handleNextAction: async ({ clientSecret }) => followed(await call(clientSecret, "GET")),
    elements: ({ clientSecret }) => {
      const field = Object.assign(document.createElement("input"), { ariaLabel: "Card" });
      return {
        update() {},
        clientSecret,
        field,
        create: () => ({
          mount: (place) => place.append(field),
          on: (event, listener) => event === "ready" && setTimeout(listener),
          update: ({ readOnly }) => {
            field.readOnly = readOnly;
          },
          destroy: () => field.remove(),
        }),
      };
    },
    async confirmPayment({ elements, confirmParams }) {
      if (!elements.field.value) return { error: { type: "validation_error", message: "Your card number is incomplete." } };
      const attempt = { payment_method: elements.field.value, return_url: confirmParams.return_url };
      return followed(await call(elements.clientSecret, "POST", attempt));
    },
  };
};
