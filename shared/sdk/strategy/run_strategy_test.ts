import { assertEquals } from "@std/assert";
import { createSpotwire } from "../mod.ts";
import { runStrategy } from "./mod.ts";

/** A platform that knows its instruments, and whose feed says nothing. */
function silentPlatform() {
  const asked = Promise.withResolvers<void>();
  const sockets: WebSocket[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    if (request.headers.get("upgrade") !== "websocket") {
      return Response.json({ symbol: "EURUSD", pricePrecision: 5 });
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    sockets.push(socket);
    asked.resolve();
    return response;
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked: asked.promise,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.close();
      await server.shutdown();
    },
  };
}

Deno.test("a run that is ended before its first price ends, and its strategy never starts", async () => {
  await using platform = silentPlatform();
  const told: string[] = [];
  const strategy = { onStart: () => void told.push("start"), onStop: () => void told.push("stop") };
  const start = (signal: AbortSignal) =>
    runStrategy(strategy, {
      spotwire: createSpotwire({ url: platform.url, key: "sw_test" }),
      accountId: "demo",
      symbols: ["EURUSD"],
      signal,
    });
  const ending = new AbortController();
  const run = start(ending.signal);
  await platform.asked;
  ending.abort();
  await run;
  await start(AbortSignal.abort());
  assertEquals(told, []);
});
