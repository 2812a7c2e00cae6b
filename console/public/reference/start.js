/* Draws the service's OpenAPI document; nothing is loaded from anywhere else. */
window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  tryItOutEnabled: false,
  validatorUrl: null,
  docExpansion: 'none',
})
