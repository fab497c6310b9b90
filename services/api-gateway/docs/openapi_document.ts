/** The OpenAPI 3.1 document of the whole platform, from its route objects. */

import { OpenAPIHono } from "@hono/zod-openapi";
import { platformRoutes } from "../../../shared/contracts/http/platform.ts";

export const apiVersion = "1.0.0";

const description = "Prices, orders, accounts and history of a self-hosted FX trading platform. " +
  "Send a key as `X-API-Key`, or a key or token as `Authorization: Bearer`. Numbers that are money " +
  "or prices are decimal text. Failures are problem documents (RFC 9457) with a stable `code`. " +
  "Live prices come over the WebSocket `/v1/feed`, described in [/asyncapi.json](/asyncapi.json).";

export function openapiDocument() {
  const app = new OpenAPIHono();
  const { openAPIRegistry: registry } = app;
  registry.registerComponent("securitySchemes", "apiKey", {
    type: "apiKey",
    in: "header",
    name: "X-API-Key",
    description: "A key made with `POST /v1/keys`",
  });
  registry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "A key, or a token from `POST /v1/tokens`",
  });
  for (const route of platformRoutes) registry.registerPath(route);
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Spotwire", version: apiVersion, description },
    servers: [{ url: "/" }],
  });
}
