// Goal: a large answer goes through the edge as it comes, at its client's pace, and ends when either
// side does; JSON comes whole or not at all, and what has no body comes without one. Method: the real
// edge, before a real server whose answer is read piece by piece, and served over sockets itself.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Problem } from "../../../shared/runtime/problem.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { startTestEdge } from "../testing/test_edge.ts";
import { createPassBody } from "./pass_body.ts";
import { httpUpstream } from "./upstream.ts";

type Pieces = AsyncGenerator<Uint8Array<ArrayBuffer>>;

const piece = new Uint8Array(64 * 1_024).fill(65);
const ticks = "/v1/instruments/EURUSD/ticks?source=loaded&from=2019-02-05T10:00:00Z&format=csv";
const loopback = { hostname: "127.0.0.1", port: 0, onListen: () => {} };

/** An edge whose market data answer with these pieces. */
async function openEdge(read: () => Pieces, contentType = "text/csv") {
  const headers = { "content-type": contentType };
  const behind = Deno.serve(
    { ...loopback, onError: () => new Response(null, { status: 500 }) },
    () => new Response(ReadableStream.from(read()), { headers }),
  );
  const upstream = httpUpstream("market data", `http://127.0.0.1:${behind.addr.port}`);
  const edge = await startTestEdge({ marketData: upstream.fetch });
  const server = Deno.serve(loopback, edge.app.fetch);
  return {
    lines: edge.lines,
    get: (signal?: AbortSignal) =>
      fetch(`http://127.0.0.1:${server.addr.port}${ticks}`, {
        headers: { "x-api-key": edge.admin },
        signal: signal ?? null,
      }),
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await behind.shutdown();
      await edge[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a table goes through the edge while it is still being read", async () => {
  const more = Promise.withResolvers<void>();
  await using edge = await openEdge(async function* () {
    yield piece;
    await more.promise;
    yield piece;
  });
  const answer = await edge.get();
  assertEquals([answer.status, answer.headers.get("content-type")], [200, "text/csv"]);
  const reader = answer.body!.getReader();
  let bytes = (await reader.read()).value!.length;
  assert(bytes > 0 && bytes <= piece.length);
  more.resolve();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    bytes += next.value.length;
  }
  assertEquals(bytes, 2 * piece.length);
});

Deno.test("a table is read no further than its client takes it, and not at all when it has left", async () => {
  const pieces = 4_000;
  const table = { taken: 0, ended: false };
  await using edge = await openEdge(async function* () {
    try {
      for (; table.taken < pieces; table.taken++) yield piece;
    } finally {
      table.ended = true;
    }
  });
  const gone = new AbortController();
  const answer = await edge.get(gone.signal);
  await answer.body!.getReader().read();
  gone.abort();
  await eventually(() => table.ended);
  // What fits into the sockets on the way was read, and no more.
  assert(table.taken < pieces, `${table.taken} pieces`);
});

Deno.test("a table that breaks off behind the edge is never taken for a whole one", async () => {
  await using edge = await openEdge(async function* () {
    yield piece;
    throw new Error("torn");
  });
  const answer = await edge.get();
  assertEquals(answer.status, 200);
  await assertRejects(() => answer.bytes(), TypeError);
  await eventually(() => edge.lines.some(({ msg }) => msg === "an answer broke off"));
});

Deno.test("JSON that breaks off behind the edge is a problem, not half an answer", async () => {
  await using edge = await openEdge(async function* () {
    yield new TextEncoder().encode('{"ticks":[');
    throw new Error("torn");
  }, "application/json");
  const answer = await edge.get();
  assertEquals([answer.status, (await answer.json()).code], [503, "unavailable"]);
});

Deno.test("an answer without a body comes back as it is", async () => {
  await using edge = await startTestEdge({
    pipeline: () => Promise.resolve(new Response(null, { status: 204 })),
  });
  const answer = await edge.app.fetch(
    new Request("http://edge/v1/imports/0a", {
      method: "DELETE",
      headers: { "x-api-key": edge.admin },
    }),
  );
  assertEquals([answer.status, await answer.text()], [204, ""]);
});

Deno.test("bodies under way are bounded, and so is the time of each", async () => {
  const pass = createPassBody({ bodiesMax: 1, bodyMsMax: 20 });
  const errors: unknown[] = [];
  const brokenOff = (error: unknown) => void errors.push(error);
  let left = false;
  const stalled = new ReadableStream<Uint8Array<ArrayBuffer>>({ cancel: () => void (left = true) });
  const body = pass(stalled, brokenOff);
  assertThrows(() => pass(new Response("more").body!, brokenOff), Problem);
  const reading = assertRejects(() => new Response(body).bytes());
  await eventually(() => left && errors.length === 1);
  await reading;
  const next = pass(new Response("next").body!, brokenOff);
  assertEquals(await new Response(next).text(), "next");
});
