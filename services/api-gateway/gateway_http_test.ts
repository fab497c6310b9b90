// Goal: what the edge answers by itself, and what it sends on. Method: the real app over memory
// streams and an in-memory Deno KV; the upstream is a function that tells what it was sent.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openDenoKv } from "../../shared/kv/deno_kv.ts";
import { platformRoutes } from "../../shared/contracts/http/platform.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { describeRefusals, refusalAccount } from "../../shared/testing/refusal_suite.ts";
import { systemTimer } from "../../shared/runtime/time.ts";
import { createKey } from "./keys/create_key.ts";
import { createKeyStore } from "./keys/key_store.ts";
import { UpstreamUnreached } from "./forward/upstream.ts";
import { startTestEdge, type TestEdge } from "./testing/test_edge.ts";

interface Sent {
  method: string;
  path: string;
  headers: Headers;
  body: string;
}

const order = {
  clientOrderId: "a-1",
  symbol: "EURUSD",
  side: "buy",
  type: "market",
  units: "1000",
};

async function call(edge: TestEdge, path: string, init: {
  method?: string;
  key?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
} = {}) {
  const { method = init.body === undefined ? "GET" : "POST", key = edge.admin } = init;
  const answer = await edge.app.fetch(
    new Request(`http://edge${path}`, {
      method,
      headers: {
        ...(key === null ? {} : { "x-api-key": key }),
        ...(init.body === undefined ? {} : { "content-type": "application/json" }),
        ...init.headers,
      },
      body: init.body === undefined ? null : JSON.stringify(init.body),
    }),
  );
  const text = await answer.text();
  const json = answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : null;
  return { status: answer.status, headers: answer.headers, text, json };
}

const check = (edge: TestEdge, change: object = {}, account = "demo") =>
  call(edge, `/v1/accounts/${account}/orders/check`, { body: { ...order, ...change } });

Deno.test("POST …/orders/check is answered from the edge's own memory, with every reason", async () => {
  await using edge = await startTestEdge();
  assertEquals((await check(edge)).json.code, "quote_missing");
  await edge.quote("EURUSD", 110_000);
  await eventually(async () => (await check(edge)).status === 200);
  assertEquals((await check(edge)).json, { acceptable: true });
  assertEquals((await check(edge, { units: "1000.5" })).json.code, "units_off_step");
  const big = { units: "50000000" };
  assertEquals((await check(edge, big)).json, { acceptable: true }, "the account is not known yet");
  await edge.account({});
  const refused = await eventually(async () => {
    const answer = await check(edge, big);
    return answer.status === 422 && answer;
  });
  assertEquals(refused.json.code, "insufficient_margin");
  await edge.account({ lastTransactionId: 3, openOrders: 1_000 });
  await eventually(async () => (await check(edge)).json.code === "too_many_open_orders");
  await edge.account({ lastTransactionId: 2, openOrders: 0 });
  await edge.account({ accountId: "other" });
  await eventually(() => edge.deps.market.account("other") !== undefined);
  assertEquals((await check(edge)).json.code, "too_many_open_orders", "an older one is ignored");
});

Deno.test("POST …/orders/check knows the legs of a hedging account, and how they are margined", async () => {
  await using edge = await startTestEdge();
  await edge.quote("EURUSD", 110_000);
  // The larger leg needs 733.34 of the 900 there are; what makes the smaller one larger is free.
  await edge.account({
    positionMode: "hedging",
    balance: "900",
    positions: [
      { symbol: "EURUSD", units: "20000", openCost: "22000" },
      { symbol: "EURUSD", units: "-5000", openCost: "-5500" },
    ],
  });
  await eventually(() => edge.deps.market.account("demo") !== undefined);
  const code = async (change: object) => (await check(edge, change)).json.code;
  assertEquals(await code({ side: "sell", units: "15000" }), undefined);
  assertEquals(await code({ side: "buy", units: "15000" }), "insufficient_margin");
  const reduce = { positionFill: "reduce_only" };
  assertEquals(await code({ side: "buy", units: "5001", ...reduce }), "reduce_only_would_open");
  assertEquals(await code({ side: "sell", units: "20000", ...reduce }), undefined);
  assertEquals(await code({ side: "sell", units: "1000", positionFill: "open_only" }), undefined);
  const lot = { closeLotId: 7 };
  assertEquals(
    await code({ side: "sell", units: "1000", ...lot }),
    undefined,
    "lots are the core's",
  );
  await edge.account({ accountId: "other" });
  await eventually(() => edge.deps.market.account("other") !== undefined);
  assertEquals((await check(edge, lot, "other")).json.code, "close_lot_not_allowed");
});

Deno.test("POST …/orders is refused at the edge for its terms only, and otherwise passed on", async () => {
  const sent: Sent[] = [];
  await using edge = await startTestEdge({
    trading: async (request) => {
      const { method, url, headers } = request;
      sent.push({ method, path: new URL(url).pathname, headers, body: await request.text() });
      return Response.json({ orderId: "demo.3" }, { status: 201, headers: { "x-secret": "1" } });
    },
  });
  const place = (change: object, headers = {}) =>
    call(edge, "/v1/accounts/demo/orders", { body: { ...order, ...change }, headers });
  assertEquals((await place({ units: "0" })).json.code, "units_not_positive");
  assertEquals((await place({ price: "1.1" })).json.code, "price_not_allowed");
  assertEquals((await place({ symbol: "EURXXX" })).json.code, "unknown_symbol");
  assertEquals((await place({ side: "hold" })).json.code, "invalid_request");
  assertEquals(sent, []);
  // No quote has been seen and the expiry has passed: a repeat of an order that was accepted must
  // still get through to the answer it had.
  const past = { type: "limit", price: "1.1", timeInForce: "GTD" };
  const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const answer = await place({ ...past, expireTime: "2020-01-01T00:00:00Z" }, {
    "x-request-id": "mine",
    traceparent: trace,
  });
  assertEquals([answer.status, answer.json], [201, { orderId: "demo.3" }]);
  assertEquals([answer.headers.get("x-request-id"), answer.headers.get("x-secret")], [
    "mine",
    null,
  ]);
  const [only] = sent;
  assert(only !== undefined && sent.length === 1);
  assertEquals([only.method, only.path], ["POST", "/v1/accounts/demo/orders"]);
  assertEquals(JSON.parse(only.body).timeInForce, "GTD");
  assertEquals(only.headers.get("x-api-key"), null, "the client's key stays at the edge");
  assertEquals(only.headers.get("x-request-id"), "mine");
  assertStringIncludes(only.headers.get("traceparent")!, "0af7651916cd43dd8448eb211c80319c");
  const token = only.headers.get("authorization")!.slice("Bearer ".length);
  const auth = await edge.deps.tokens.verify(token, "internal");
  assertEquals([...auth!.permissions], ["admin"]);
  assertEquals(await edge.deps.tokens.verify(token, "client"), null);
});

Deno.test("a request that never reached its service is unavailable, one that broke off is unknown", async () => {
  let failure: Error = new UpstreamUnreached("down");
  await using edge = await startTestEdge({ trading: () => Promise.reject(failure) });
  const place = () => call(edge, "/v1/accounts/demo/orders", { body: order });
  const read = () => call(edge, "/v1/accounts/demo/positions");
  const unreached = await place();
  assertEquals([unreached.status, unreached.json.code], [503, "unavailable"]);
  assertEquals(unreached.headers.get("retry-after"), "1");
  failure = new TypeError("connection closed before message completed");
  assertEquals((await place()).json.code, "outcome_unknown");
  assertEquals((await read()).json.code, "unavailable");
  assert(!JSON.stringify((await read()).json).includes("connection closed"));
  // Ten failures in a row open the circuit: the service is left alone, and nothing was sent.
  for (let at = 0; at < 10; at++) await place();
  assertEquals((await place()).json.code, "unavailable");
});

Deno.test("keys are made, listed without their secret, obeyed at once, and deleted", async () => {
  await using edge = await startTestEdge();
  const body = { name: "bot", permissions: ["market:read"], accounts: ["demo"] };
  const made = await call(edge, "/v1/keys", { body });
  assertEquals(made.status, 201);
  const { key, ...view } = made.json;
  assertMatch(key, /^sw_[a-z0-9]{12}_/);
  const listed = await call(edge, "/v1/keys");
  assertEquals(listed.json.keys.length, 2);
  const { keyId } = view;
  assertEquals(listed.json.keys.find((one: { keyId: string }) => one.keyId === keyId), view);
  assert(!listed.text.includes("hash") && !listed.text.includes(key));
  assertEquals((await call(edge, "/v1/tokens", { key, body: {} })).status, 201);
  assertEquals((await call(edge, "/v1/keys", { key })).json.code, "permission_denied");
  assertEquals((await call(edge, `/v1/keys/${keyId}`, { method: "DELETE" })).status, 204);
  assertEquals((await call(edge, "/v1/tokens", { key, body: {} })).json.code, "key_invalid");
  assertEquals(
    (await call(edge, `/v1/keys/${keyId}`, { method: "DELETE" })).json.code,
    "not_found",
  );
});

Deno.test("every edge hears of a key that another one made or deleted", async () => {
  const kv = await openDenoKv(":memory:", { clock: systemTimer });
  const heard: string[][] = [];
  const here = createKeyStore(kv, () => {});
  const there = createKeyStore(kv, (records) => void heard.push(records.map(({ name }) => name)));
  const stop = new AbortController();
  const following = there.follow(stop.signal);
  const parts = {
    keys: here,
    clock: systemTimer,
    randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  };
  const { record } = await createKey(parts, { name: "far", permissions: [], accounts: [] });
  await eventually(() => heard.at(-1)?.join() === "far");
  await here.delete(record.keyId);
  await eventually(() => heard.at(-1)?.join() === "");
  stop.abort();
  await following;
  await kv.close();
});

Deno.test("a token carries at most its key's rights, and ends with its key", async () => {
  await using edge = await startTestEdge();
  const key = await edge.key();
  const buy = (body: object) => call(edge, "/v1/tokens", { key, body });
  assertEquals((await buy({ permissions: ["admin"] })).json.code, "permission_denied");
  assertEquals((await buy({ accounts: "all" })).json.code, "account_denied");
  assertEquals((await buy({ accounts: ["other"] })).json.code, "account_denied");
  const { json } = await buy({ permissions: ["trade:write"] });
  assertEquals([json.tokenType, json.permissions, json.accounts], [
    "Bearer",
    ["trade:write"],
    ["demo"],
  ]);
  const headers = { authorization: `Bearer ${json.token}` };
  const use = () =>
    call(edge, "/v1/accounts/demo/orders/check", { key: null, headers, body: order });
  assertEquals((await use()).json.code, "quote_missing");
  const orders = await call(edge, "/v1/accounts/demo/orders", { key: null, headers });
  assertEquals(orders.json.code, "permission_denied");
  const { keys } = (await call(edge, "/v1/keys")).json;
  // Both may be of the same millisecond, so the place in the list does not tell them apart.
  const own = keys.find((one: { permissions: string[] }) => !one.permissions.includes("admin"));
  await call(edge, `/v1/keys/${own.keyId}`, { method: "DELETE" });
  assertEquals((await use()).json.code, "key_invalid");
});

Deno.test("requests beyond the limit are refused, told in the standard headers, key by key", async () => {
  await using edge = await startTestEdge({ limits: { requestsPerSecond: 3 } });
  const other = await edge.key();
  const first = await call(edge, "/v1/keys");
  assertEquals(first.headers.get("ratelimit-policy"), '"default";q=3;w=1');
  assertEquals(first.headers.get("ratelimit"), '"default";r=2;t=1');
  const answers = await Promise.all(Array.from({ length: 5 }, () => call(edge, "/v1/keys")));
  const refused = answers.find((answer) => answer.status === 429);
  assertEquals(refused?.json.code, "rate_limited");
  assertEquals(refused?.headers.get("retry-after"), "1");
  assertEquals((await check(edge)).status, 429);
  assertEquals((await call(edge, "/v1/keys", { key: other })).json.code, "permission_denied");
  const strangers = await Promise.all(
    Array.from({ length: 5 }, () => call(edge, "/v1/keys", { key: "sw_wrong" })),
  );
  assertEquals(strangers.map((one) => one.status), [401, 401, 401, 429, 429]);
});

Deno.test("the documents and the page that shows them come from the edge alone", async () => {
  await using edge = await startTestEdge();
  const { json } = await call(edge, "/openapi.json", { key: null });
  assertEquals(
    Object.values(json.paths).flatMap((path) => Object.keys(path as object)).length,
    platformRoutes.length,
  );
  assertEquals((await call(edge, "/asyncapi.json", { key: null })).json.asyncapi, "3.0.0");
  const pages = [
    "/",
    "/docs",
    "/docs/docs.js",
    "/docs/swagger-ui.css",
    "/docs/swagger-ui-bundle.js",
  ];
  for (const path of pages) {
    const page = await call(edge, path, { key: null });
    assertEquals(page.status, 200, path);
    if (page.headers.get("content-type")?.startsWith("text/html")) {
      const links = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1]!);
      assert(links.length > 0 && links.every((link) => /^(\/|data:)/.test(link)), path);
    }
  }
});

const edge = await startTestEdge();
const below = ["market:read", "trade:read", "trade:write"] as const;
describeRefusals({
  name: "edge",
  routes: platformRoutes,
  app: () => edge.app,
  credentials: {
    without: async (permission) => ({
      "x-api-key": await edge.key({
        permissions: below.filter((one) => one !== permission),
        accounts: [refusalAccount],
      }),
    }),
    otherAccount: { "x-api-key": await edge.key({ permissions: below, accounts: ["elsewhere"] }) },
  },
});
Deno.test("edge: the refusals' edge stops", async () => {
  await edge[Symbol.asyncDispose]();
});
