import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { generatedUrl, generateSdk } from "../../deploy/contracts/write_sdk.ts";
import { platformRoutes } from "../contracts/http/platform.ts";
import { createSpotwire, type SpotwireOptions, SpotwireProblem } from "./mod.ts";

const order = {
  clientOrderId: "first-1",
  symbol: "EURUSD",
  side: "buy",
  type: "market",
  units: "10000",
} as const;

type Answer = (request: Request, attempt: number) => Response | Promise<Response>;

/** A client over a function that answers as a server would; what it was asked. */
function start(answer: Answer, options: Partial<SpotwireOptions> = {}) {
  const asked: { method: string; path: string; headers: Headers; body: unknown }[] = [];
  const spotwire = createSpotwire({
    url: "http://edge.test/base/",
    key: "sw_test_key",
    retry: { attemptsMax: 3, baseMs: 1, delayMsMax: 2 },
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const text = await request.clone().text();
      asked.push({
        method: request.method,
        path: pathname + search,
        headers: request.headers,
        body: text === "" ? null : JSON.parse(text),
      });
      return await answer(request, asked.length);
    },
    ...options,
  });
  return { spotwire, asked, lines: () => asked.map(({ method, path }) => `${method} ${path}`) };
}

function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body = {
    type: `urn:spotwire:problem:${code}`,
    title: "A title",
    status,
    code,
    detail: "A detail",
    requestId: "request-1",
    errors: [{ path: "units", message: "Expected text" }],
  };
  return Response.json(body, {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

Deno.test("every operation of the platform is a method of the client", () => {
  const { spotwire } = start(() => Response.json({}));
  const offered = Object.keys(spotwire).filter((name) => name !== "feed").sort();
  assertEquals(offered, platformRoutes.map((route) => route.operationId).sort());
});

Deno.test("shared/sdk/generated is what the OpenAPI document generates", async () => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-sdk-" });
  try {
    const fresh = new URL(`file://${folder}/generated/`);
    await generateSdk(fresh);
    const texts = await readAll(generatedUrl);
    assertEquals(texts, await readAll(fresh));
    for (const [name, text] of Object.entries(texts)) {
      assertEquals(text.match(/\/\/ [A-Z]{4,}:.*/g), null, `${name} has its authors' notes`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function readAll(folder: URL): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for await (const entry of Deno.readDir(folder)) {
    const url = new URL(entry.name, folder);
    if (entry.isDirectory) {
      for (const [name, text] of Object.entries(await readAll(new URL(`${url}/`)))) {
        texts[`${entry.name}/${name}`] = text;
      }
    } else texts[entry.name] = await Deno.readTextFile(url);
  }
  return texts;
}

Deno.test("operations send the key, the path, the query and the body", async () => {
  const { spotwire, asked, lines } = start(() => Response.json({ quotes: [] }));
  await spotwire.listQuotes(["EURUSD", "USDJPY"]);
  await spotwire.listQuotes();
  await spotwire.listOrders("demo", { state: "all", limit: 5 });
  await spotwire.listBars("EURUSD", { side: "bid" });
  await spotwire.listSeries("EURUSD");
  await spotwire.listTicks("EURUSD", { cursor: "5.1" });
  await spotwire.listActivityBars("EURUSD", { kind: "renko", size: "0.001", cursor: "5.1.2.3.0" });
  await spotwire.getConversion({ from: "EUR", to: "JPY" });
  await spotwire.getSession("EURUSD", "2026-01-05T09:30:00Z");
  await spotwire.getSession("EURUSD");
  await spotwire.cancelOrder("demo", "demo.3");
  await spotwire.placeOrder("demo", order);
  assertEquals(lines(), [
    "GET /base/v1/quotes?symbols=EURUSD%2CUSDJPY",
    "GET /base/v1/quotes",
    "GET /base/v1/accounts/demo/orders?state=all&limit=5",
    "GET /base/v1/instruments/EURUSD/bars?side=bid",
    "GET /base/v1/instruments/EURUSD/series",
    "GET /base/v1/instruments/EURUSD/ticks?cursor=5.1",
    "GET /base/v1/instruments/EURUSD/activity-bars?kind=renko&size=0.001&cursor=5.1.2.3.0",
    "GET /base/v1/conversions?from=EUR&to=JPY",
    "GET /base/v1/instruments/EURUSD/session?at=2026-01-05T09%3A30%3A00Z",
    "GET /base/v1/instruments/EURUSD/session",
    "DELETE /base/v1/accounts/demo/orders/demo.3",
    "POST /base/v1/accounts/demo/orders",
  ]);
  assertEquals(asked.at(-1)!.body, order);
  assertEquals(asked.at(-1)!.headers.get("content-type"), "application/json");
  for (const { headers } of asked) assertEquals(headers.get("authorization"), "Bearer sw_test_key");
});

Deno.test("deleteKey() resolves to nothing on 204", async () => {
  const { spotwire } = start(() => new Response(null, { status: 204 }));
  assertEquals(await spotwire.deleteKey("abcd"), undefined);
});

Deno.test("a problem document is thrown as a SpotwireProblem", async () => {
  const { spotwire, asked } = start(() => problem(422, "units_malformed"));
  const error = await assertRejects(() => spotwire.placeOrder("demo", order), SpotwireProblem);
  const { code, status, detail, requestId, errors, message } = error;
  assertEquals({ code, status, detail, requestId, errors, message }, {
    code: "units_malformed",
    status: 422,
    detail: "A detail",
    requestId: "request-1",
    errors: [{ path: "units", message: "Expected text" }],
    message: "422 units_malformed: A detail",
  });
  assertEquals(asked.length, 1);
});

Deno.test("an answer that is no problem document is an unexpected_response", async () => {
  const { spotwire } = start(() => new Response("<html>", { status: 502 }));
  const error = await assertRejects(() => spotwire.getAccount("demo"), SpotwireProblem);
  assertEquals([error.code, error.status, error.requestId], ["unexpected_response", 502, null]);
});

Deno.test("placeOrder() repeats the same order until it has an answer", async () => {
  const { spotwire, asked } = start((_request, attempt) => {
    if (attempt === 1) return problem(504, "outcome_unknown");
    if (attempt === 2) throw new TypeError("connection reset");
    return Response.json({ orderId: "demo.3" }, { status: 201 });
  });
  assertEquals((await spotwire.placeOrder("demo", order)).orderId, "demo.3");
  assertEquals(asked.map(({ body }) => body), [order, order, order]);
});

Deno.test("placeOrder() gives up after its attempts, with the last failure as it is", async () => {
  const { spotwire, asked } = start(() => problem(503, "unavailable", { "retry-after": "0" }));
  const error = await assertRejects(() => spotwire.placeOrder("demo", order), SpotwireProblem);
  assertEquals([error.code, error.retryAfterMs, asked.length], ["unavailable", 0, 3]);
  const failure = new TypeError("no route to host");
  const broken = start(() => {
    throw failure;
  });
  const thrown = await assertRejects(() => broken.spotwire.placeOrder("demo", order), TypeError);
  assert(thrown === failure);
  assertEquals(broken.asked.length, 3);
});

Deno.test("other operations are tried once, and their failures surface as they are", async () => {
  const { spotwire, asked } = start(() => problem(503, "unavailable"));
  await assertRejects(() => spotwire.cancelOrder("demo", "demo.3"), SpotwireProblem);
  assertEquals(asked.length, 1);
});

Deno.test("a request ends with its timeout or the caller's signal, and then is not repeated", async () => {
  const held = Promise.withResolvers<Response>();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => held.promise,
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const spotwire = createSpotwire({ url, key: "sw_test_key" });
  const late = await assertRejects(() => spotwire.listAccounts({ timeoutMs: 10 }));
  assertEquals(late.name, "TimeoutError");
  const controller = new AbortController();
  const placing = spotwire.placeOrder("demo", order, { signal: controller.signal });
  controller.abort(new Error("changed my mind"));
  await assertRejects(() => placing, Error, "changed my mind");
  held.resolve(new Response(null));
});

Deno.test("createSpotwire() refuses a URL that is none", () => {
  assertThrows(() => createSpotwire({ url: "localhost", key: "k" }), TypeError);
  assertThrows(() => createSpotwire({ url: "localhost:8000", key: "k" }), TypeError, "not HTTP");
});
