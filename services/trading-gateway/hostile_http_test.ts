// Goal: whatever a client sends, it is answered, and never with a fault of ours. Method: every route
// of orders, money and risk with hostile paths, queries and bodies: sound ones with parts exchanged
// for nonsense, any JSON, and text that is none. A failure prints the seed.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { backtestRoutes } from "../../shared/contracts/http/backtests.ts";
import { fundsRoutes } from "../../shared/contracts/http/funds.ts";
import { problemCodes } from "../../shared/contracts/http/problems.ts";
import { riskRoutes } from "../../shared/contracts/http/risk.ts";
import { tradingRoutes } from "../../shared/contracts/http/trading.ts";
import { refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { auditBooks } from "./audit/audit_books.ts";
import { openTestTrading } from "./testing/test_trading.ts";

const runs = Number(Deno.env.get("SPOTWIRE_TEST_HOSTILE") ?? 60);
const trading = await openTestTrading({
  startsAt: "2026-01-07T12:00:00Z",
  authenticate: refusalAuthenticate,
});
await trading.quote("EURUSD", 116_000);
await trading.send("POST", "/v1/accounts", { body: { accountId: "demo", deposit: "100000" } });

const order = {
  clientOrderId: "a-1",
  symbol: "EURUSD",
  side: "buy",
  type: "limit",
  timeInForce: "GTC",
  units: "1000",
  price: "1.15000",
  expireTime: "2030-01-01T00:00:00Z",
  triggerPrice: "1.1",
  positionFill: "default",
  tag: "x",
  takeProfitOnFill: { price: "1.2" },
  stopLossOnFill: { price: "1.1", distance: "0.01" },
};
const funds = { fundsId: "f-1", amount: "1.5", toAccountId: "other" };
const limits = {
  orderUnitsMax: "1000",
  collarPercent: "5",
  openOrdersMax: 10,
  ordersPerSecondMax: 5,
  duplicateMs: 10,
  dailyLossMax: "100",
  symbols: ["EURUSD"],
};
/** Sound bodies, by operation. */
const bodies: Readonly<Record<string, object>> = {
  openAccount: { accountId: "demo", deposit: "1", currency: "USD", tenant: "t" },
  placeOrder: order,
  placeOrderGroup: { type: "oco", orders: [order, { ...order, clientOrderId: "a-2" }] },
  replaceOrder: { units: "10", price: "1.1", timeInForce: "GTC" },
  deposit: funds,
  withdraw: funds,
  transfer: funds,
  putRiskRule: { version: 0, state: "active", limits, reason: "x" },
  kill: { killId: "k", level: "account:demo", dryRun: true, reason: "x" },
  releaseKill: { reason: "x" },
  createBacktest: {
    backtestId: "b",
    strategy: "two-averages",
    parameters: { fast: 2, slow: 3 },
    symbols: ["EURUSD"],
    from: "2026-01-01T00:00:00Z",
    source: "nobody",
    currency: "USD",
    balance: "1000",
    partialShare: 0.5,
    seed: "x",
  },
};

const nasty = fc.oneof(
  fc.constantFrom<unknown>(
    ...["", " ", "0", "-0", "-1", "1e400", "NaN", "Infinity", "0x10", "9".repeat(40), "1.", ".5"],
    ...["'; drop table orders; --", "\u0000", "\ud800", "𝟙", "__proto__", "../../etc", "%00"],
    ...[
      "EURUSD",
      "XXXXXX",
      "GTD",
      "9999999999999999999999-12-31T00:00:00Z",
      "0000-01-01T00:00:00Z",
    ],
    ...[null, true, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 2, [], {}, [[]], [null]],
  ),
  fc.string({ maxLength: 80, unit: "binary" }),
  fc.jsonValue({ maxDepth: 3 }),
);
/** A sound body with some of its parts exchanged, taken out, or added. */
const mutated = (body: object) =>
  fc.array(fc.tuple(fc.constantFrom(...pathsOf(body), ["extra"], ["__proto__"]), nasty), {
    minLength: 1,
    maxLength: 3,
  }).map((changes) => {
    const copy = structuredClone(body) as Record<string, unknown>;
    for (const [path, value] of changes) setAt(copy, path, value);
    return JSON.stringify(copy);
  });

function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (value === null || typeof value !== "object") return [path];
  return Object.entries(value).flatMap(([key, one]) => [
    ...(path.length === 0 ? [] : [path]),
    ...pathsOf(one, [...path, key]),
  ]);
}
function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  const child = target[key!];
  if (rest.length === 0 || child === null || typeof child !== "object") {
    Object.defineProperty(target, key!, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else setAt(child as Record<string, unknown>, rest, value);
}

const plausible: Readonly<Record<string, string>> = {
  accountId: "demo",
  orderId: "demo.3",
  level: "account:demo",
  killId: "k",
  backtestId: "b",
};
const part = (name: string) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(plausible[name] ?? "1") },
    fc.constantFrom(
      "nobody",
      "demo.999999999999999",
      "instrument:XXXXXX",
      "-",
      "%2e%2e",
      "%00",
      "%F0",
    ),
    fc.string({ minLength: 1, maxLength: 50 }).map(encodeURIComponent),
  );
const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  fc.array(
    fc.tuple(
      fc.constantFrom(
        "limit",
        "since",
        "before",
        "state",
        "symbol",
        "level",
        "after",
        "from",
        "to",
        "format",
        "clientOrderId",
      ),
      fc.oneof(fc.constantFrom("-1", "1e9", "99999999999999999999", "x", "", "1.5"), fc.string()),
    ),
    { maxLength: 3 },
  ).map((pairs) => `?${new URLSearchParams(pairs)}`),
);

const codes = new Set<string>(problemCodes);

const routes = [...tradingRoutes, ...fundsRoutes, ...riskRoutes, ...backtestRoutes];
for (const route of routes) {
  const { method, path, operationId } = route;
  const body = bodies[operationId];
  Deno.test(`${operationId} answers whatever is sent, and never with a fault of ours`, async () => {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
    const asked = fc.record({
      parts: fc.tuple(...names.map(part)),
      query,
      body: body === undefined ? fc.constant(null) : fc.oneof(
        { weight: 6, arbitrary: mutated(body) },
        fc.json(),
        fc.string({ unit: "binary" }),
      ),
      type: fc.oneof(
        { weight: 8, arbitrary: fc.constant("application/json") },
        fc.constantFrom("text/plain", "application/json; charset=utf-16", ""),
      ),
    });
    await fc.assert(
      fc.asyncProperty(asked, async (one) => {
        const at = names.reduce(
          (text, name, n) => text.replace(`{${name}}`, () => one.parts[n] as string),
          path as string,
        );
        const answer = await trading.app.fetch(
          new Request(`http://trading${at}${one.query}`, {
            method: method.toUpperCase(),
            headers: {
              "x-api-key": "sw_admin",
              ...(one.body === null ? {} : { "content-type": one.type }),
            },
            body: one.body,
          }),
        );
        const text = await answer.text();
        assert(answer.status < 500, `${answer.status} ${text}`);
        if (answer.status < 400) return;
        assertEquals(answer.headers.get("content-type"), "application/problem+json");
        const problem = JSON.parse(text);
        assertEquals(problem.status, answer.status);
        assert(codes.has(problem.code), problem.code);
      }),
      { numRuns: runs },
    );
  });
}

/** Text that JSON carries and Postgres does not hold: one such order would fail the turn of all. */
Deno.test("text that no database holds is refused at the door, wherever it stands", async () => {
  for (const route of routes) {
    const body = bodies[route.operationId];
    if (body === undefined) continue;
    const at = route.path.replaceAll(/\{(\w+)\}/g, (_: string, name: string) => plausible[name]!);
    for (const path of pathsOf(body)) {
      for (const text of ["\u0000", "a\ud800", "\udc00b"]) {
        const copy = structuredClone(body) as Record<string, unknown>;
        setAt(copy, path, text);
        const answer = await trading.send(route.method.toUpperCase(), at, { body: copy });
        assert(answer.status >= 400 && answer.status < 500, `${at} ${path}: ${answer.status}`);
      }
    }
  }
});

Deno.test("the books balance after all of it, and the audit of risk is whole", async () => {
  assertEquals(await auditBooks(trading.deps.db), []);
  const { body } = await trading.send("GET", "/v1/risk/changes/verification");
  assertEquals(body.brokenChangeId, null);
});
