import { assert, assertEquals } from "@std/assert";
import { Parser } from "@asyncapi/parser";
import { platformRoutes } from "../../shared/contracts/http/platform.ts";
import { asyncapiPath, asyncapiText } from "./write_asyncapi.ts";
import { openapiPath, openapiText } from "./write_openapi.ts";

Deno.test("openapi.json is what the routes say; `deno task openapi` writes it anew", async () => {
  assert(await Deno.readTextFile(openapiPath) === openapiText(), "Run `deno task openapi`");
});

Deno.test("asyncapi.json is what the frames say; `deno task asyncapi` writes it anew", async () => {
  assert(await Deno.readTextFile(asyncapiPath) === asyncapiText(), "Run `deno task asyncapi`");
});

Deno.test("the OpenAPI document lists every route, each with its key and its own name", () => {
  const document = JSON.parse(openapiText());
  assertEquals(document.openapi, "3.1.0");
  const names = new Set<string>();
  for (const { method, path } of platformRoutes) {
    const operation = document.paths[path]?.[method];
    assert(operation !== undefined, `${method} ${path}`);
    assertEquals(operation.security, [{ apiKey: [] }, { bearer: [] }]);
    assert(typeof operation["x-permission"] === "string");
    assert(!names.has(operation.operationId), operation.operationId);
    names.add(operation.operationId);
  }
  assertEquals(Object.keys(document.components.securitySchemes).sort(), ["apiKey", "bearer"]);
});

Deno.test("the AsyncAPI document is valid by the standard's own parser", async () => {
  const { document, diagnostics } = await new Parser().parse(asyncapiText());
  const faults = diagnostics.filter((one) => one.severity <= 1 && one.code !== "asyncapi-latest-version");
  assertEquals(faults.map((one) => `${one.path.join(".")}: ${one.message}`), []);
  assert(document !== undefined);
  assertEquals(document.allMessages().length, 19);
});
