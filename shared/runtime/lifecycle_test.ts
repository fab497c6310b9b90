// Goal: a stop loses no request in flight and closes in order, whatever hangs. Method: a real server.

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { eventually } from "../testing/eventually.ts";
import { Lifecycle } from "./lifecycle.ts";
import { createLogger } from "./logger.ts";
import { serveApp } from "./serve_app.ts";

function setUp(drainMsMax = 5_000) {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    service: "test",
    level: "info",
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  return { lines, logger, lifecycle: new Lifecycle({ logger, drainMsMax }) };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));

Deno.test("stop() answers the request in flight, refuses new ones, and runs its steps in order", async () => {
  const { lifecycle, logger } = setUp();
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  let inFlight = false;
  const { url, port } = serveApp({
    async fetch() {
      inFlight = true;
      await gate.promise;
      order.push("answered");
      return new Response("late but whole");
    },
  }, { host: "127.0.0.1", port: 0, lifecycle, logger });
  lifecycle.onStop("store", () => void order.push("store closed"));
  lifecycle.onStop("cache", () => void order.push("cache closed"));
  lifecycle.run("loop", async (signal) => {
    await untilAborted(signal);
    order.push("loop ended");
  });
  const answer = fetch(url).then((response) => response.text());
  await eventually(() => inFlight);
  const stopping = lifecycle.stop("test");
  await eventually(() => assertRejects(() => Deno.connect({ hostname: "127.0.0.1", port })));
  assertEquals(order, []);
  gate.resolve();
  assertEquals(await answer, "late but whole");
  await stopping;
  assertEquals(order, ["answered", "loop ended", "cache closed", "store closed"]);
  assertEquals(await lifecycle.stopped, { failed: false });
});

Deno.test("stop() stops once, however often it is called", async () => {
  const { lifecycle, lines } = setUp();
  let closed = 0;
  lifecycle.onStop("store", () => void closed++);
  await Promise.all([lifecycle.stop("a"), lifecycle.stop("b")]);
  await lifecycle.stop("c");
  assertEquals(closed, 1);
  assertEquals(lines.map((line) => line.reason), ["a", undefined]);
});

Deno.test("a loop that rejects stops the process as failed", async () => {
  const { lifecycle, lines } = setUp();
  let closed = false;
  lifecycle.onStop("store", () => void (closed = true));
  lifecycle.run("steady", untilAborted);
  lifecycle.run("broken", () => Promise.reject(new Error("lost the stream")));
  assertEquals(await lifecycle.stopped, { failed: true });
  assert(closed && lifecycle.signal.aborted);
  assertEquals(lines[0]?.msg, "broken failed");
});

Deno.test("a loop that ends with the stop's own abort has not failed", async () => {
  const { lifecycle } = setUp();
  lifecycle.run("loop", async (signal) => {
    await untilAborted(signal);
    signal.throwIfAborted();
  });
  await lifecycle.stop("test");
  assertEquals(await lifecycle.stopped, { failed: false });
});

Deno.test("what hangs is named and left behind after drainMsMax; the rest still closes", async () => {
  const { lifecycle, lines, logger } = setUp(20);
  const hangs = Promise.withResolvers<void>();
  let inFlight = false;
  let closed = false;
  const { url } = serveApp({
    async fetch() {
      inFlight = true;
      await hangs.promise;
      return new Response("at last");
    },
  }, { host: "127.0.0.1", port: 0, lifecycle, logger });
  lifecycle.run("stuck loop", () => hangs.promise);
  lifecycle.onStop("store", () => void (closed = true));
  lifecycle.onStop("broken close", () => Promise.reject(new Error("no")));
  const answer = fetch(url).then((response) => response.text());
  await eventually(() => inFlight);
  await lifecycle.stop("test");
  assert(closed);
  hangs.resolve();
  assertEquals(await answer, "at last");
  assertEquals(await lifecycle.stopped, { failed: true });
  const left = lines.flatMap((line) => line.left ?? []);
  assertEquals(left, ["http server", "stuck loop"]);
});

Deno.test("SIGTERM drains and exits 0; a second one exits at once", async () => {
  const program = (drain: string) => `
    import { Lifecycle, stopOnSignals } from "${import.meta.resolve("./lifecycle.ts")}";
    import { createLogger } from "${import.meta.resolve("./logger.ts")}";
    const lifecycle = new Lifecycle({ logger: createLogger({ service: "t", level: "silent" }) });
    stopOnSignals(lifecycle);
    lifecycle.onDrain("drain", async () => { console.log("draining"); await ${drain}; });
    const keep = setInterval(() => {}, 1_000);
    console.log("ready");
    const { failed } = await lifecycle.stopped;
    clearInterval(keep);
    console.log("stopped", failed);`;
  const start = async (drain: string) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", program(drain)],
      stdout: "piped",
    }).spawn();
    const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const until = async (text: string) => {
      for (let seen = ""; !seen.includes(text);) seen += (await output.read()).value ?? text;
    };
    await until("ready");
    child.kill("SIGTERM");
    return { child, until, output };
  };
  const orderly = await start("Promise.resolve()");
  await orderly.until("stopped false");
  await orderly.output.cancel();
  assertEquals((await orderly.child.status).code, 0);
  const stuck = await start("new Promise(() => {})");
  await stuck.until("draining");
  stuck.child.kill("SIGTERM");
  await stuck.output.cancel();
  assertMatch(String((await stuck.child.status).code), /^130$/);
});
