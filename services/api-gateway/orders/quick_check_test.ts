// Goal: the quick way answers exactly what the general way answers. Method: each request is sent
// twice, once as the quick way takes it and once with its content type spelled otherwise, which only
// the general way reads.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createMetrics } from "../../../shared/runtime/metrics.ts";
import { createServiceApp } from "../../../shared/runtime/service_app.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { startTestEdge, type TestEdge } from "../testing/test_edge.ts";
import { withQuickCheck } from "./quick_check.ts";

const good = {
  clientOrderId: "a-1",
  symbol: "EURUSD",
  side: "buy",
  type: "limit",
  timeInForce: "GTC",
  units: "1000",
  price: "1.09500",
};

interface Ask {
  readonly body: string;
  readonly account?: string;
  readonly key?: string;
}

async function ask(edge: TestEdge, contentType: string, asked: Ask) {
  const { body, account = "demo", key = edge.admin } = asked;
  const bytes = new TextEncoder().encode(body);
  const request = new Request(`http://edge/v1/accounts/${account}/orders/check`, {
    method: "POST",
    headers: {
      "x-api-key": key,
      "content-type": contentType,
      "content-length": String(bytes.length),
      "x-request-id": "asked",
    },
    body: bytes,
  });
  assert(request.headers.has("content-length"), "else the quick way takes none of them");
  const answer = await edge.app.fetch(request);
  const fields = [...answer.headers.keys()].sort();
  return {
    status: answer.status,
    fields,
    json: JSON.parse(await answer.text()),
    headers: answer.headers,
  };
}

async function askBothWays(edge: TestEdge, asked: Ask) {
  const quick = await ask(edge, "application/json", asked);
  const general = await ask(edge, "application/json; charset=utf-8", asked);
  const { headers: _, ...seen } = quick;
  const { headers: __, ...wanted } = general;
  assertEquals(seen, wanted, asked.body);
  return quick;
}

async function startQuotedEdge(requestsPerSecond = 1_000_000): Promise<TestEdge> {
  const edge = await startTestEdge({ limits: { requestsPerSecond } });
  await edge.quote("EURUSD", 110_000);
  await edge.account({});
  await eventually(() => edge.deps.market.account("demo") !== undefined);
  await eventually(() => edge.deps.market.quotes.get("EURUSD") !== undefined);
  return edge;
}

Deno.test("the quick check answers whatever comes as the general way does", async () => {
  await using edge = await startQuotedEdge();
  assertEquals((await askBothWays(edge, { body: JSON.stringify(good) })).json, {
    acceptable: true,
  });
  const value = fc.oneof(
    fc.constantFrom("1000", "0", "-1", "1e3", "1000.5", "99999999999", "1.09500", "1.0950001", ""),
    fc.constantFrom(
      "EURUSD",
      "XXXXXX",
      "GTC",
      "FOK",
      "IOC",
      "buy",
      "sell",
      "market",
      "limit",
      "stop",
      "DAY",
      "mid",
      "reduce_only",
    ),
    fc.constantFrom<unknown>(null, 5, true, [], {}),
    fc.string({ maxLength: 70 }),
  );
  const names = [
    ...Object.keys(good),
    "expireTime",
    "triggerPrice",
    "trailingDistance",
    "triggerSide",
    "priceBound",
    "positionFill",
    "tag",
    "extra",
    "__proto__",
    "toString",
  ];
  const changed = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 })
    .map((change) => JSON.stringify({ ...good, ...change }));
  const body = fc.oneof(changed, fc.json(), fc.string(), fc.constant(JSON.stringify(good)));
  await fc.assert(fc.asyncProperty(body, async (body) => void await askBothWays(edge, { body })), {
    numRuns: 300,
  });
});

Deno.test("a plain acceptable order never reaches the general way; a refused one does", async () => {
  await using edge = await startQuotedEdge();
  const general = createServiceApp({ ...edge.deps, metrics: createMetrics("general") });
  const { fetch } = general;
  let reached = 0;
  general.fetch = (...asked) => {
    reached++;
    return fetch(...asked);
  };
  const quick = { ...edge, app: withQuickCheck(general, edge.deps) };
  const acceptable = await ask(quick, "application/json", { body: JSON.stringify(good) });
  assertEquals([acceptable.json, reached], [{ acceptable: true }, 0]);
  await ask(quick, "application/json", { body: JSON.stringify({ ...good, units: "0" }) });
  assertEquals(reached, 1);
  await ask(quick, "application/json; charset=utf-8", { body: JSON.stringify(good) });
  assertEquals(reached, 2);
});

Deno.test("the quick check takes no one in who has no right to ask", async () => {
  await using edge = await startQuotedEdge();
  const body = JSON.stringify(good);
  const reader = await edge.key({ permissions: ["trade:read"] });
  const stranger = await edge.key({ accounts: ["another"] });
  const refusals = [
    await askBothWays(edge, { body, key: "sw_unknown" }),
    await askBothWays(edge, { body, key: reader }),
    await askBothWays(edge, { body, key: stranger }),
    await askBothWays(edge, { body, account: "Not-An-Id" }),
  ];
  assertEquals(refusals.map(({ json }) => json.code), [
    "key_invalid",
    "permission_denied",
    "account_denied",
    "invalid_request",
  ]);
});

Deno.test("the quick check counts against the limit, and is measured and answered by its id", async () => {
  await using edge = await startQuotedEdge(3);
  const body = JSON.stringify(good);
  const answers = [];
  for (let n = 0; n < 5; n++) answers.push(await ask(edge, "application/json", { body }));
  assertEquals(answers.map(({ status }) => status), [200, 200, 200, 429, 429]);
  const [first] = answers;
  assertEquals(first?.headers.get("x-request-id"), "asked");
  assertEquals(first?.headers.get("ratelimit"), '"default";r=2;t=1');
  assert(answers[3]?.headers.get("retry-after") !== null);
  const metrics = await (await edge.app.fetch(new Request("http://edge/metrics"))).text();
  const counted = metrics.split("\n").find((line) =>
    line.includes("_count{") && line.includes("orders/check") && line.includes('status="200"')
  );
  assertEquals(counted?.split(" ")[1], "3");
});
