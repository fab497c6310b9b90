// Goal: every status that the contract documents for orders, accounts, money, risk and transactions
// is one that a client can get, and no other is ever answered. Method: the real edge in front of the
// real trading gateway over a real PGlite; each answer is noted, and the notes are compared with the
// contract, both ways.

import { assertEquals } from "@std/assert";
import { UpstreamUnreached } from "../../services/api-gateway/forward/upstream.ts";
import { createGatewayApp } from "../../services/api-gateway/app.ts";
import { startTestEdge, testTokenSecret } from "../../services/api-gateway/testing/test_edge.ts";
import { type Answer, openTestTrading } from "../../services/trading-gateway/testing/test_trading.ts";
import { report } from "../../services/trading-gateway/testing/venue_reports.ts";
import { fundsRoutes } from "../../shared/contracts/http/funds.ts";
import { riskRoutes } from "../../shared/contracts/http/risk.ts";
import { checkOrderRoute, tradingRoutes } from "../../shared/contracts/http/trading.ts";
import { transactionRoutes } from "../../shared/contracts/http/transactions.ts";
import { internalOnly } from "../../shared/runtime/ground.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import type { FetchApp } from "../../shared/runtime/serve_app.ts";
import { eventually } from "../../shared/testing/eventually.ts";

const routes = [
  ...[...tradingRoutes, checkOrderRoute, ...transactionRoutes, ...fundsRoutes, ...riskRoutes],
];
type Route = (typeof routes)[number];
type Operation = Route["operationId"];

const trading = await openTestTrading({
  startsAt: "2026-01-07T12:00:00Z",
  authenticate: internalOnly(testTokenSecret),
});
const edge = await startTestEdge({ trading: async (request) => await trading.app.fetch(request) });
await trading.quote("EURUSD", 116_000);

/** `operation status`, as answered. */
const seen = new Set<string>();

interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What stands in a path unless a case says otherwise. */
const usual: Readonly<Record<string, string>> = {
  accountId: "demo",
  orderId: "demo.3",
  level: "platform",
  killId: "kill-1",
};

/** Sends a request and notes its answer. */
async function ask(app: FetchApp, route: Route, asked: Asked = {}): Promise<Answer> {
  const { params = {}, query = "", body, text, headers = {} } = asked;
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? usual[name]!));
  const sent = takesBody(route) ? text ?? JSON.stringify(body ?? {}) : null;
  const answer = await app.fetch(
    new Request(`http://edge${path}${query}`, {
      method: (route.method as string).toUpperCase(),
      headers: {
        "x-api-key": edge.admin,
        ...(sent === null ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: sent,
    }),
  );
  seen.add(`${route.operationId} ${answer.status}`);
  return { status: answer.status, body: await answer.json() };
}

const takesBody = (route: Route): boolean => "request" in route && "body" in route.request;

/** Asks for an operation by name and expects a status. */
async function expect(operation: Operation, status: number, asked: Asked = {}): Promise<Answer["body"]> {
  const route = routes.find((one) => one.operationId === operation)!;
  const answer = await ask(edge.app, route, asked);
  assertEquals([operation, answer.status], [operation, status], JSON.stringify(answer.body));
  return answer.body;
}

const limit = (clientOrderId: string, over: Record<string, unknown> = {}) => ({
  ...{ clientOrderId, symbol: "EURUSD", side: "buy", type: "limit", units: "1000", price: "1.10" },
  ...over,
});
const nobody = { params: { accountId: "nobody", orderId: "nobody.3" } };
const cash = (fundsId: string, amount = "1") => ({ fundsId, amount });

Deno.test("accounts: what they are, that one is there already, that one is nobody's", async () => {
  const body = { accountId: "demo", deposit: "100000" };
  await expect("openAccount", 201, { body });
  await expect("openAccount", 409, { body });
  await expect("openAccount", 201, { body: { accountId: "other", deposit: "0" } });
  const reads = [
    ...["getAccount", "listPositions", "listLots", "getAccountSnapshot", "listTransactions"],
    ...["listOrders", "getStatement", "getExecutionQuality"],
  ] as const;
  for (const operation of reads) {
    await expect(operation as Operation, 200);
    await expect(operation as Operation, 404, nobody);
  }
  await expect("listAccounts", 200);
  await expect("getPlatformQuality", 200);
});

Deno.test("orders: taken, refused, unknown, ended and asked for twice otherwise", async () => {
  const placed = await expect("placeOrder", 201, { body: limit("o-1") });
  await expect("placeOrder", 409, { body: limit("o-1", { units: "2" }) });
  await expect("placeOrder", 422, { body: limit("o-2", { units: "0" }) });
  await expect("placeOrder", 404, { ...nobody, body: limit("o-1") });
  const orders = [limit("g-1"), limit("g-2")];
  await expect("placeOrderGroup", 201, { body: { type: "oco", orders } });
  await expect("placeOrderGroup", 409, { body: { type: "oto", orders } });
  const refused = [limit("g-3"), limit("g-4", { units: "0" })];
  await expect("placeOrderGroup", 422, { body: { type: "oco", orders: refused } });
  await expect("placeOrderGroup", 404, { ...nobody, body: { type: "oco", orders } });
  const sequence = await edge.quote("EURUSD", 116_000);
  await eventually(() => edge.deps.market.quotes.get("EURUSD")?.sequence === sequence);
  await expect("checkOrder", 200, { ...nobody, body: limit("o-3") });
  await expect("checkOrder", 422, { body: limit("o-3", { units: "0" }) });

  const params = { orderId: placed.orderId };
  await expect("getOrder", 200, { params });
  await expect("getOrder", 404, nobody);
  await expect("replaceOrder", 202, { params, body: { price: "1.11" } });
  await expect("replaceOrder", 422, { params, body: { price: "0" } });
  await expect("replaceOrder", 404, { ...nobody, body: { price: "1.11" } });
  await expect("cancelOrder", 202, { params });
  await expect("cancelOrder", 404, nobody);
  await report(trading.deps, placed, { execType: "canceled" });
  await expect("cancelOrder", 409, { params });
  await expect("replaceOrder", 409, { params, body: { price: "1.12" } });
  await expect("cancelOrders", 202);
  await expect("cancelOrders", 404, nobody);
});

Deno.test("money: moved, refused, unknown and moved already", async () => {
  for (const operation of ["deposit", "withdraw"] as const) {
    const tooMuch = operation === "deposit" ? "1000000000000" : "100001";
    await expect(operation, 201, { body: cash(operation) });
    await expect(operation, 409, { body: cash(operation, "2") });
    await expect(operation, 422, { body: cash("no", tooMuch) });
    await expect(operation, 404, { ...nobody, body: cash("no") });
  }
  const to = { toAccountId: "other" };
  await expect("transfer", 201, { body: { ...cash("t-1"), ...to } });
  await expect("transfer", 409, { body: { ...cash("t-1", "2"), ...to } });
  await expect("transfer", 422, { body: { ...cash("t-2", "1000000"), ...to } });
  await expect("transfer", 404, { body: { ...cash("t-3"), toAccountId: "nobody" } });
});

Deno.test("risk: rules set and read, kills carried out and released", async () => {
  const rule = { version: 0, reason: "x" };
  const unknown = { level: "account:nobody" };
  await expect("putRiskRule", 200, { body: rule });
  await expect("putRiskRule", 409, { body: rule });
  await expect("putRiskRule", 404, { params: unknown, body: rule });
  await expect("getRiskRule", 200);
  await expect("listRiskRules", 200);
  await expect("listRiskChanges", 200);
  await expect("verifyRiskChanges", 200);
  await expect("getAccountRisk", 200, { query: "?symbol=EURUSD" });
  await expect("getAccountRisk", 422, { query: "?symbol=EURXXX" });
  await expect("getAccountRisk", 404, { ...nobody, query: "?symbol=EURUSD" });
  const kill = { killId: "kill-1", level: "account:other", reason: "x" };
  await expect("kill", 200, { body: { ...kill, dryRun: true } });
  await expect("kill", 202, { body: kill });
  await expect("kill", 409, { body: { ...kill, flatten: true } });
  await expect("kill", 404, { body: { ...kill, killId: "kill-2", ...unknown } });
  await expect("getKill", 200);
  await expect("getKill", 404, { params: { killId: "none" } });
  await expect("listKills", 200);
  await expect("releaseKill", 200, { body: { reason: "x" } });
  await expect("releaseKill", 404, { params: { killId: "none" }, body: { reason: "x" } });
});

Deno.test("what no route takes: keys, shapes and sizes that do not fit", async () => {
  const readsNothing = await edge.key({ permissions: ["data:read"] });
  const slow = await startTestEdge({ limits: { requestsPerSecond: 1 } });
  try {
    for (const route of routes) {
      await ask(edge.app, route, { headers: { "x-api-key": "sw_nobody" } });
      await ask(edge.app, route, { headers: { "x-api-key": readsNothing } });
      const misfits = { accountId: "not an id", level: "no level", killId: "no kill id" };
      await ask(edge.app, route, { params: misfits, query: "?limit=x&from=x", text: "{" });
      if (takesBody(route)) {
        await ask(edge.app, route, { text: "x".repeat(5_000) });
        await ask(edge.app, route, { text: "x", headers: { "content-type": "text/plain" } });
      }
      const headers = { "x-api-key": slow.admin };
      await eventually(async () => (await ask(slow.app, route, { headers })).status === 429);
    }
  } finally {
    await slow[Symbol.asyncDispose]();
  }
});

Deno.test("what fails behind a route: the platform itself, and the way to trading", async () => {
  const { deps } = edge;
  const behind = (fetch: () => Promise<Response>) =>
    createGatewayApp({
      ...deps,
      metrics: createMetrics("api-gateway"),
      upstreams: { ...deps.upstreams, trading: { name: "trading", fetch } },
    });
  const authenticate = () => {
    throw new Error("keys cannot be read");
  };
  const broken = createGatewayApp({ ...deps, metrics: createMetrics("api-gateway"), authenticate });
  for (const route of routes) {
    await ask(broken, route);
    if (route === checkOrderRoute) continue; // answered by the edge alone
    const asked = sound[route.operationId] ?? {};
    const unreached = behind(() => Promise.reject(new UpstreamUnreached("refused")));
    assertEquals((await ask(unreached, route, asked)).status, 503, route.operationId);
    const cut = behind(() => Promise.reject(new Error("connection reset")));
    const status = (route.method as string) === "get" ? 503 : 504;
    assertEquals((await ask(cut, route, asked)).status, status, route.operationId);
  }
});

/** Requests that the edge lets pass, where an empty one would not be. */
const sound: Partial<Record<Operation, Asked>> = {
  openAccount: { body: { accountId: "new", deposit: "1" } },
  placeOrder: { body: limit("s-1") },
  placeOrderGroup: { body: { type: "oco", orders: [limit("s-1"), limit("s-2")] } },
  deposit: { body: cash("s-1") },
  withdraw: { body: cash("s-2") },
  transfer: { body: { ...cash("s-3"), toAccountId: "other" } },
  putRiskRule: { body: { version: 1, reason: "x" } },
  getAccountRisk: { query: "?symbol=EURUSD" },
  kill: { body: { killId: "kill-3", level: "account:other", reason: "x" } },
  releaseKill: { body: { reason: "x" } },
};

Deno.test("every documented status was answered, and no other", async () => {
  await edge[Symbol.asyncDispose]();
  await trading.stop();
  const documented = routes.flatMap(({ operationId, responses }) =>
    Object.keys(responses).map((status) => `${operationId} ${status}`)
  );
  const known = new Set(documented);
  assertEquals({
    neverAnswered: documented.filter((one) => !seen.has(one)),
    undocumented: [...seen].filter((one) => !known.has(one)),
  }, { neverAnswered: [], undocumented: [] });
});
