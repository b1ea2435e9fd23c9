/** Shows the service's own schema; scripts in the page itself are not allowed. */
// Markup that Swagger UI makes of the schema, cleaned by its DOMPurify; no script is ever made of text.
globalThis.trustedTypes?.createPolicy("default", { createHTML: (html) => html });

SwaggerUIBundle({
  url: "studio/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null, // nobody else is asked
});
