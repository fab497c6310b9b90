/** The documents of the platform, and a page to read and try them; nothing is fetched from elsewhere. */

import type { Context } from "hono";
import { addPlainRoute, type ServiceApp } from "../../../shared/runtime/service_app.ts";
import { asyncapiDocument } from "./asyncapi_document.ts";
import { docsPage, docsScript, landingPage } from "./docs_page.ts";
import { openapiDocument } from "./openapi_document.ts";
import { docsAsset } from "./docs_assets.ts";
import { refusalsPage } from "./refusals_page.ts";

/** Only the edge itself is asked for anything; the documentation's own styles are inline. */
const pageHeaders = {
  "content-security-policy":
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
  "cache-control": "no-cache",
};
const assetHeaders = { "cache-control": "public, max-age=86400" };

export function addDocRoutes(app: ServiceApp): void {
  let openapi: string | undefined;
  let asyncapi: string | undefined;
  const get = (path: string, handle: (c: Context) => Response | Promise<Response>) =>
    addPlainRoute(app, path, { limited: true, handle });
  const json = { "content-type": "application/json", "cache-control": "no-cache" };

  get("/openapi.json", (c) => c.body(openapi ??= JSON.stringify(openapiDocument()), 200, json));
  get(
    "/asyncapi.json",
    (c) => c.body(asyncapi ??= JSON.stringify(asyncapiDocument()), 200, json),
  );
  get("/docs/refusals", (c) => c.html(refusalsPage, 200, pageHeaders));
  get("/docs", (c) => c.html(docsPage(new URL(c.req.url).origin), 200, pageHeaders));
  get(
    "/docs/docs.js",
    (c) => c.body(docsScript, 200, { ...assetHeaders, "content-type": "text/javascript" }),
  );
  for (const [path, type] of Object.entries(assetTypes)) {
    get(
      `/docs/${path}`,
      async (c) => c.body(await docsAsset(path), 200, { ...assetHeaders, "content-type": type }),
    );
  }
}

/** What is at `/` where no console was built. */
export function addLandingRoute(app: ServiceApp): void {
  addPlainRoute(app, "/", {
    limited: true,
    handle: (c) => c.html(landingPage(new URL(c.req.url).origin), 200, pageHeaders),
  });
}

const assetTypes = {
  "swagger-ui.css": "text/css",
  "swagger-ui-bundle.js": "text/javascript",
};
