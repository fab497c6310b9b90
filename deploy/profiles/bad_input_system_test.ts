// Goal: whatever is thrown at the platform gets a documented refusal of its own, is logged once, and
// harms nobody. Method: the whole platform as a process; every misuse over real HTTP and sockets
// while another client reads its prices; then the log is counted by request id.

import { assert, assertEquals } from "@std/assert";
import { problemCodes } from "../../shared/contracts/http/problems.ts";
import { createSpotwire } from "../../shared/sdk/mod.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { type PartProcess, startPart } from "../../shared/testing/platform_process.ts";

const order = {
  clientOrderId: "good-1",
  symbol: "EURUSD",
  side: "buy",
  type: "limit",
  units: "1000",
  price: "0.90000",
};

interface Misuse {
  readonly name: string;
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit;
  readonly path?: string;
  readonly expect: readonly [status: number, code: string];
}

const text = (over: Record<string, unknown>) => JSON.stringify({ ...order, ...over });
let next = 0;
const fresh = (over: Record<string, unknown>) => text({ clientOrderId: `bad-${next++}`, ...over });
const orders = "/v1/accounts/demo/orders";

const misuses = (keys: { admin: string; other: string; reader: string }): Misuse[] => [
  { name: "malformed JSON", body: '{"units":', expect: [400, "malformed_json"] },
  { name: "NaN", body: '{"units":NaN}', expect: [400, "malformed_json"] },
  {
    name: "bytes that are no text",
    body: new Uint8Array([0, 255, 1, 254]),
    expect: [400, "malformed_json"],
  },
  { name: "1e400", body: fresh({ units: "1e400" }), expect: [422, "units_malformed"] },
  { name: "1e400 as a number", body: '{"units":1e400}', expect: [400, "invalid_request"] },
  { name: "an unknown field", body: fresh({ leverage: 50 }), expect: [400, "invalid_request"] },
  {
    name: "no content type",
    body: new Blob([fresh({})]),
    headers: { "content-type": "" },
    expect: [415, "content_type_unsupported"],
  },
  {
    name: "a wrong content type",
    body: fresh({}),
    headers: { "content-type": "text/plain" },
    expect: [415, "content_type_unsupported"],
  },
  { name: "too large a body", body: `"${"x".repeat(100_000)}"`, expect: [413, "body_too_large"] },
  {
    name: "too many decimals",
    body: fresh({ price: "1.1234567" }),
    expect: [422, "price_precision"],
  },
  { name: "units off step", body: fresh({ units: "0.5" }), expect: [422, "units_off_step"] },
  { name: "negative units", body: fresh({ units: "-5" }), expect: [422, "units_not_positive"] },
  { name: "no units", body: fresh({ units: "0" }), expect: [422, "units_not_positive"] },
  { name: "an unknown symbol", body: fresh({ symbol: "EURXXX" }), expect: [422, "unknown_symbol"] },
  {
    name: "more than the account can carry",
    body: fresh({ units: "99000000", type: "market", price: undefined }),
    expect: [422, "insufficient_margin"],
  },
  { name: "no key", body: fresh({}), headers: { "x-api-key": "" }, expect: [401, "key_missing"] },
  {
    name: "a wrong key",
    body: fresh({}),
    headers: { "x-api-key": `${keys.admin}x` },
    expect: [401, "key_invalid"],
  },
  {
    name: "a key without the permission",
    body: fresh({}),
    headers: { "x-api-key": keys.reader },
    expect: [403, "permission_denied"],
  },
  {
    name: "another's account",
    body: fresh({}),
    headers: { "x-api-key": keys.other },
    expect: [403, "account_denied"],
  },
  {
    name: "an account that is not there",
    path: "/v1/accounts/nobody/orders",
    body: fresh({}),
    expect: [404, "account_unknown"],
  },
  {
    name: "another order under a used id",
    body: text({ units: "2000" }),
    expect: [409, "duplicate_client_order_id"],
  },
  { name: "no such path", path: "/v1/nothing", body: "{}", expect: [404, "not_found"] },
];

Deno.test("every misuse gets its own refusal, is logged once, and harms nobody", async () => {
  const folder = await Deno.makeTempDir({ prefix: "spotwire-bad-" });
  const port = freePort();
  await using platform = await startPart({
    script: "deploy/profiles/all_in_one.ts",
    port,
    args: ["--port", String(port), "--data", folder, "--hours", "always", "--log", "info"],
  });
  const admin = (await Deno.readTextFile(`${folder}/demo.key`)).trim();
  const spotwire = createSpotwire({ url: platform.url, key: admin });
  const feed = spotwire.feed();
  const seen = new Set<number>();
  feed.on("quotes", ({ quotes }) => quotes.forEach((quote) => seen.add(quote.sequence)));
  const states: string[] = [];
  feed.on("status", ({ state }) => void states.push(state));
  await feed.subscribe(["EURUSD"]);
  await eventually(() => seen.size > 0);
  const placed = await spotwire.placeOrder("demo", order as never);

  const other = await spotwire.createKey({
    name: "other",
    permissions: ["trade:write"],
    accounts: ["elsewhere"],
  });
  const reader = await spotwire.createKey({
    name: "reader",
    permissions: ["market:read"],
    accounts: "all",
  });
  const refused = await throwAll(platform, { admin, other: other.key, reader: reader.key });
  await misuseSocket(platform.url, admin);

  // Nobody was harmed: a repeat gets the same order, prices still come on the same socket.
  const again = await spotwire.placeOrder("demo", order as never);
  assertEquals([again.orderId, again.createdAt], [placed.orderId, placed.createdAt]);
  const before = seen.size;
  await eventually(() => seen.size > before);
  assertEquals(states.filter((state) => state === "reconnecting"), []);
  feed.close();
  assertEquals(await platform.stop(), 0);
  const logged = platform.output().split("\n").filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { requestId?: string; code?: string; level: string });
  for (const [requestId, name, code] of refused) {
    const lines = logged.filter((line) => line.requestId === requestId);
    assertEquals(lines.map((line) => [name, line.code]), [[name, code]]);
  }
  assertEquals(logged.filter((line) => line.level === "error"), []);
  await Deno.remove(folder, { recursive: true });
});

async function throwAll(
  platform: PartProcess,
  keys: { admin: string; other: string; reader: string },
): Promise<[requestId: string, name: string, code: string][]> {
  const refused: [string, string, string][] = [];
  for (const { name, headers, body, path = orders, expect } of misuses(keys)) {
    const answer = await fetch(`${platform.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": keys.admin, ...headers },
      body: body ?? null,
    });
    const problem = await answer.json();
    assertEquals([name, answer.status, problem.code], [name, ...expect]);
    assert(problemCodes.includes(problem.code), `${problem.code} is not documented`);
    refused.push([problem.requestId, name, problem.code]);
  }
  return refused;
}

/** Sends each frame on a socket of its own and answers with the code it was refused with. */
async function misuseSocket(url: string, key: string): Promise<void> {
  const many = Array.from({ length: 10_000 }, (_, n) => `S${String(n).padStart(5, "0")}`);
  const frames: [string | Uint8Array<ArrayBuffer>, string][] = [
    [crypto.getRandomValues(new Uint8Array(512)), "binary_not_supported"],
    ['{"type":', "malformed_frame"],
    ['{"type":"buy"}', "unknown_frame"],
    [JSON.stringify({ type: "subscribe", symbols: many.slice(0, 400) }), "too_many_subscriptions"],
    [JSON.stringify({ type: "subscribe", symbols: many }), "frame_too_large"],
    ['{"type":"subscribe","symbols":["EURXXX"]}', "unknown_symbol"],
  ];
  for (const [frame, code] of frames) {
    const socket = new WebSocket(url.replace("http", "ws") + "/v1/feed");
    const codes: string[] = [];
    socket.onmessage = ({ data }) => {
      const said = JSON.parse(data);
      if (said.type === "authenticated") socket.send(frame);
      if (said.type === "error") codes.push(said.code);
    };
    await new Promise((resolve) => socket.onopen = resolve);
    socket.send(JSON.stringify({ type: "authenticate", key }));
    await eventually(() => codes.length > 0);
    assertEquals(codes, [code]);
    socket.close();
  }
}
