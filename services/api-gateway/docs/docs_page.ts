/** The pages a person sees at the edge. */

const style = `
  body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: #1c2430; background: #f7f8fa }
  header { padding: 1rem 1.5rem; background: #12202f; color: #fff }
  header a { color: #9fd0ff; margin-left: 1rem; text-decoration: none }
  header strong { font-size: 1.1rem; letter-spacing: .02em }
  main { max-width: 46rem; margin: 2.5rem auto; padding: 0 1.5rem }
  pre { background: #12202f; color: #e6edf3; padding: 1rem; border-radius: 6px; overflow-x: auto }
  code { font-family: ui-monospace, monospace; font-size: .9em }
  .swagger-ui .topbar { display: none }
  table { border-collapse: collapse; font-size: .85rem }
  th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-top: 1px solid #d5dae1 }
  main.wide { max-width: 82rem }
  details { max-width: 1420px; margin: 1rem auto 0; padding: 0 1.5rem }
`;

const head = (title: string, more = "") =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>` +
  `<meta name="viewport" content="width=device-width, initial-scale=1">` +
  // An empty picture, or browsers ask for one that is not there.
  `<link rel="icon" href="data:,">${more}` +
  `<style>${style}</style></head><body>` +
  `<header><strong>Spotwire</strong><a href="/docs">API</a>` +
  `<a href="/docs/refusals">Refusals</a><a href="/openapi.json">OpenAPI</a><a href="/asyncapi.json">AsyncAPI (quote feed)</a></header>`;

/** `origin` is of a parsed URL, which has no character that means anything in HTML. */
const authenticate = (origin: string) =>
  `<p>Every request needs a key. Send it as <code>X-API-Key: sw_…</code>, or as
<code>Authorization: Bearer sw_…</code>. A browser should get a token of ten minutes first:</p>
<pre>curl -X POST ${origin}/v1/tokens \\
  -H "X-API-Key: $SPOTWIRE_KEY" -H "Content-Type: application/json" -d '{}'</pre>
<p>Live prices: open the WebSocket <code>/v1/feed</code> and send</p>
<pre>{"type":"authenticate","key":"sw_…"}
{"type":"subscribe","symbols":["EURUSD","USDJPY"]}</pre>`;

export const landingPage = (origin: string): string =>
  `${head("Spotwire")}<main><h1>Spotwire</h1>
<p>A self-hosted foreign-exchange trading platform: prices, orders, accounts and history behind one
API. <a href="/docs">Read and try the API</a>.</p><h2>Authenticate</h2>${authenticate(origin)}
</main></body></html>`;

/** A page of its own text, as wide as a table wants. */
export const page = (title: string, content: string): string =>
  `${head(title)}<main class="wide">${content}</main></body></html>`;

export const docsPage = (origin: string): string =>
  `${
    head("Spotwire API", `<link rel="stylesheet" href="/docs/swagger-ui.css">`)
  }<details><summary>How to authenticate, and the quote feed</summary>${
    authenticate(origin)
  }</details>
<div id="docs"></div><script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/docs.js"></script></body></html>`;

export const docsScript = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
  tryItOutEnabled: true,
});
`;
