// Goal: every failure of a request is a problem document with its own code and one log line, in the
// promised order. Method: the real app over a few routes; nothing is replaced.

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { OpenAPIHono, z } from "@hono/zod-openapi";
import {
  jsonBody,
  jsonResponse,
  problemResponses,
  securedRoute,
} from "../contracts/http/routes.ts";
import { epochMs } from "../domain/time.ts";
import { describeRefusals, refusalAuthenticate } from "../testing/refusal_suite.ts";
import { createLogger } from "./logger.ts";
import { createMetrics } from "./metrics.ts";
import { Problem } from "./problem.ts";
import { addPlainRoute, addRoute, type AppEnv, createServiceApp } from "./service_app.ts";
import { currentTraceparent } from "./trace.ts";

const noteBody = z.strictObject({
  text: z.string().max(20),
  "a/b": z.strictObject({ n: z.number() }).optional(),
});
const note = z.object({ text: z.string(), page: z.number(), by: z.string() });

const putNote = securedRoute({ permission: "trade:write", account: true }, {
  method: "post",
  path: "/v1/accounts/{accountId}/notes",
  request: {
    params: z.object({ accountId: z.string() }),
    query: z.object({ page: z.coerce.number().int().max(9).default(1) }),
    body: jsonBody(noteBody),
  },
  responses: { 201: jsonResponse(note, "The note"), ...problemResponses(413, 415, 422) },
});
const getNote = securedRoute({ permission: "trade:read", account: false }, {
  method: "get",
  path: "/v1/notes/{noteId}",
  request: { params: z.object({ noteId: z.string() }) },
  responses: { 200: jsonResponse(note, "The note"), ...problemResponses(404, 422) },
});

const lines: Record<string, unknown>[] = [];
const metrics = createMetrics("notes");
let ready = true;
let count = 0;
let lastTrace: string | undefined;
const app = createServiceApp({
  service: "notes",
  version: "1.2.3",
  logger: createLogger({
    service: "notes",
    level: "trace",
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  }),
  metrics,
  clock: { now: () => epochMs(0) },
  ids: { next: () => `id-${++count}` },
  authenticate: (credential) =>
    credential.kind === "token"
      ? Promise.resolve(credential.value === "good" ? admin : null)
      : refusalAuthenticate(credential),
  checks: { store: () => ready ? Promise.resolve() : Promise.reject(new Error("10.0.0.7 down")) },
  bodyBytesMax: 100,
});
const admin = {
  subject: "admin",
  permissions: new Set(["admin"] as const),
  accounts: "all",
} as const;

addRoute(app, putNote, (c) => {
  const { text } = c.req.valid("json");
  const { page } = c.req.valid("query");
  lastTrace = currentTraceparent();
  return c.json({ text, page, by: c.get("auth").subject }, 201);
});
addRoute(app, getNote, async (c) => {
  const { noteId } = c.req.valid("param");
  await Promise.resolve();
  if (noteId === "bug") throw new Error("password of the database is hunter2");
  if (noteId === "odd") throw Object("not an Error");
  if (noteId === "late") {
    throw new Problem("unavailable", "Busy", {
      headers: { "retry-after": "3" },
      cause: new Error("inner"),
    });
  }
  if (noteId === "raw") return Response.json({ passed: "on" }) as never;
  c.get("logger").warn("reading");
  return c.json({ text: noteId, page: 1, by: "x" }, 200);
});
addPlainRoute(app, "/v1/open", {
  limited: true,
  async handle(c) {
    await Promise.resolve();
    c.get("logger").warn("opening");
    return c.text(currentTraceparent() ?? "no trace");
  },
});

const key = { "x-api-key": "sw_admin" };
const json = { ...key, "content-type": "application/json" };
const path = "/v1/accounts/demo/notes";

async function post(body: BodyInit | null, headers: Record<string, string> = json, to = path) {
  lines.length = 0;
  const answer = await app.fetch(
    new Request(
      `http://notes${to}`,
      { method: "POST", headers, body, duplex: "half" } as RequestInit,
    ),
  );
  return { answer, document: await answer.json() };
}

async function get(to: string, init: RequestInit = { headers: key }) {
  lines.length = 0;
  return await app.fetch(new Request(`http://notes${to}`, init));
}

/** One log line, with the code the client saw. */
function assertLogged(code: string | undefined, level: string): void {
  const requests = lines.filter((line) => line.msg === "request");
  assertEquals(requests.map((line) => [line.code, line.level]), [[code, level]]);
}

describeRefusals({ name: "notes", routes: [putNote, getNote], app: () => app });

Deno.test("a good request reaches its handler with typed, defaulted input", async () => {
  const { answer, document } = await post('{"text":"hello"}');
  assertEquals([answer.status, document], [201, { text: "hello", page: 1, by: "admin" }]);
  assertLogged(undefined, "debug");
  const bearer = {
    authorization: "Bearer good",
    "content-type": "application/json; charset=UTF-8",
  };
  assertEquals((await post('{"text":"a"}', bearer, `${path}?page=2`)).document.page, 2);
});

Deno.test("body faults are told apart, each before the next could be looked at", async () => {
  const long = JSON.stringify({ text: "x".repeat(200) });
  const stream = () =>
    new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode("x".repeat(60)));
      },
    });
  const cases: [string, BodyInit | null, Record<string, string>, number, string][] = [
    ["no type", new Uint8Array([123, 125]), key, 415, "content_type_unsupported"],
    ["a form", "a=b", { ...key, "content-type": "text/plain" }, 415, "content_type_unsupported"],
    [
      "json-like",
      "{}",
      { ...key, "content-type": "application/jsonx" },
      415,
      "content_type_unsupported",
    ],
    [
      "latin-1",
      "{}",
      { ...json, "content-type": "application/json; charset=latin1" },
      415,
      "content_type_unsupported",
    ],
    ["too long", long, json, 413, "body_too_large"],
    ["told too long", "{}", { ...json, "content-length": "101" }, 413, "body_too_large"],
    ["a length that is none", "{}", { ...json, "content-length": "1e9x" }, 413, "body_too_large"],
    ["endless", stream(), json, 413, "body_too_large"],
    ["lying about its length", long, { ...json, "content-length": "9" }, 413, "body_too_large"],
    ["nothing", null, json, 400, "malformed_json"],
    ["half an object", '{"text":', json, 400, "malformed_json"],
    ["not an object", "[]", json, 400, "invalid_request"],
  ];
  for (const [name, body, headers, status, code] of cases) {
    const { answer, document } = await post(body, headers);
    assertEquals([name, answer.status, document.code], [name, status, code]);
    assertEquals(answer.headers.get("content-type"), "application/problem+json");
    assertLogged(code, "info");
  }
});

Deno.test("a key is looked at before the body, so a stranger learns nothing from it", async () => {
  const { answer } = await post("nonsense", { "content-type": "text/plain" });
  assertEquals(answer.status, 401);
});

Deno.test("every schema fault of every part is listed with its path", async () => {
  const { document } = await post(
    '{"text":5,"a/b":{"n":"x","extra":1},"other":1}',
    json,
    `${path}?page=10`,
  );
  assertEquals(document.code, "invalid_request");
  assertEquals(document.detail, "5 fields are not as the schema wants");
  assertEquals(document.errors.map((error: { path: string }) => error.path), [
    "query.page",
    "/text",
    "/a~1b/n",
    "/a~1b/extra",
    "/other",
  ]);
  for (const { message } of document.errors) assert(message.length > 0);
});

Deno.test("an unknown error is a 500 whose text stays in the log", async () => {
  for (const noteId of ["bug", "odd"]) {
    const answer = await get(`/v1/notes/${noteId}`);
    const text = await answer.text();
    assertEquals([answer.status, JSON.parse(text).code], [500, "internal_error"]);
    assert(!text.includes("hunter2"), text);
    assertLogged("internal_error", "error");
    assertEquals(lines[0]?.requestId, JSON.parse(text).requestId);
  }
  await get("/v1/notes/bug");
  assertMatch(JSON.stringify(lines[0]?.err), /hunter2/);
});

Deno.test("a problem's headers are sent, its cause is not", async () => {
  const answer = await get("/v1/notes/late");
  assertEquals([answer.status, answer.headers.get("retry-after")], [503, "3"]);
  assert(!(await answer.text()).includes("inner"));
});

Deno.test("404 and 405 are problems too; 405 names the methods in Allow", async () => {
  const missing = await get("/v1/nowhere");
  assertEquals([missing.status, (await missing.json()).code], [404, "not_found"]);
  assertLogged("not_found", "info");
  const wrong = await get(path, { method: "PUT" });
  assertEquals([wrong.status, wrong.headers.get("allow")], [405, "POST"]);
  assertEquals((await wrong.json()).code, "method_not_allowed");
  const readOnly = await get("/v1/notes/1", { method: "DELETE" });
  assertEquals(readOnly.headers.get("allow"), "GET, HEAD");
});

Deno.test("X-Request-Id is kept when it is plain, made otherwise, and answered always", async () => {
  const ask = async (given: string) => {
    const answer = await get("/v1/notes/raw", { headers: { ...key, "x-request-id": given } });
    await answer.body?.cancel();
    return answer.headers.get("x-request-id");
  };
  assertEquals(await ask("order-7.a_B"), "order-7.a_B");
  assertMatch(await ask("x".repeat(65)) ?? "", /^id-\d+$/);
  assertMatch(await ask("<script>") ?? "", /^id-\d+$/);
});

Deno.test("the trace comes in by traceparent, and one is made for a request without", async () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  await post('{"text":"a"}', { ...json, traceparent: `00-${trace}-b7ad6b7169203331-01` });
  assertEquals(lastTrace, `00-${trace}-b7ad6b7169203331-01`);
  assertEquals(lines[0]?.traceId, trace);
  await post('{"text":"a"}', { ...json, traceparent: "garbage" });
  assertMatch(lastTrace ?? "", /^00-[\da-f]{32}-[\da-f]{16}-00$/);
  assertEquals(lines[0]?.traceId, lastTrace?.slice(3, 35));
  assertEquals(currentTraceparent(), undefined);
});

Deno.test("lines logged in a handler carry the request id", async () => {
  const answer = await get("/v1/notes/1", { headers: { ...key, "x-request-id": "mine" } });
  await answer.body?.cancel();
  const named = () => lines.map((line) => [line.msg, line.requestId]);
  assertEquals(named(), [["reading", "mine"], ["request", "mine"]]);
  const open = await get("/v1/open", { headers: { "x-request-id": "yours" } });
  assertMatch(await open.text(), /^00-/);
  assertEquals(named(), [["opening", "yours"], ["request", "yours"]]);
});

Deno.test("/healthz, /readyz and /metrics answer without a key, and log at trace", async () => {
  assertEquals(await (await get("/healthz")).json(), {
    status: "alive",
    service: "notes",
    version: "1.2.3",
  });
  assertLogged(undefined, "trace");
  assertEquals((await get("/readyz")).status, 200);
  ready = false;
  const answer = await get("/readyz");
  const text = await answer.text();
  assertEquals(answer.status, 503);
  assert(text.includes("Not ready: store") && !text.includes("10.0.0.7"), text);
  ready = true;
  assertEquals((await get("/v1/open")).status, 200);
  const exposition = await (await get("/metrics")).text();
  const labels = 'route="/v1/accounts/:accountId/notes",method="POST",status="201"';
  assert(exposition.includes(labels), exposition);
  assert(exposition.includes('route="unmatched",method="GET",status="404"'));
  assert(exposition.includes('route="/v1/open"'));
});

Deno.test("the OpenAPI document shows the route's permission and nothing of its machinery", () => {
  const document = app.getOpenAPI31Document({ openapi: "3.1.0", info: { title: "", version: "" } });
  const operation = document.paths?.["/v1/accounts/{accountId}/notes"]?.post;
  assertEquals(Object.keys(operation ?? {}).sort(), [
    "parameters",
    "requestBody",
    "responses",
    "security",
    "x-permission",
  ]);
});

Deno.test("addRoute() lets only declared answers and typed input compile", () => {
  const compileOnly = (other: OpenAPIHono<AppEnv>) => {
    // @ts-expect-error 200 is not among the route's answers
    addRoute(other, putNote, (c) => c.json({ text: "", page: 1, by: "" }, 200));
    // @ts-expect-error the note lacks fields
    addRoute(other, putNote, (c) => c.json({ text: "" }, 201));
    // @ts-expect-error the body has no such field
    addRoute(other, putNote, (c) => c.json({ text: c.req.valid("json").no, page: 1, by: "" }, 201));
  };
  assert(typeof compileOnly === "function");
});

Deno.test("addRoute() refuses what it would not check: a plain app, and parts it does not read", () => {
  const form = securedRoute({ permission: "admin", account: false }, {
    method: "post",
    path: "/form",
    request: { body: { content: { "text/plain": { schema: z.string() } } } },
    responses: problemResponses(),
  });
  assertThrows(() => addRoute(app, form, () => Response.json({}) as never), TypeError, "/form");
  const plain = new OpenAPIHono<AppEnv>();
  assertThrows(() => addRoute(plain, getNote, () => Response.json({}) as never), TypeError);
});
