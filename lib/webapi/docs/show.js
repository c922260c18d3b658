// Shows the document of the server that this page comes from; no badge that asks another host whether it is valid.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#document",
  deepLinking: true,
  validatorUrl: null,
});
