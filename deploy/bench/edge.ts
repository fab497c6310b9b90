/**
 * Orders checked and answered at the edge over HTTP: the whole edge, from request to answer, beside
 * Fastify on Node that validates the same schema and looks at the key, and does nothing else.
 *
 * Servers run on one core and the load on the other, in turns, each when the machine is quiet; the
 * ratio is of the best rounds.
 */

import { freePort } from "../../shared/testing/free_port.ts";
import { untilIdle } from "./idle.ts";
import { installPeers, runLoad, startServer } from "./processes.ts";
import type { BenchResult } from "./result.ts";

const rounds = 5;
const connections = 50;
const order = JSON.stringify({
  clientOrderId: "bench-1",
  symbol: "EURUSD",
  side: "buy",
  type: "limit",
  timeInForce: "GTC",
  units: "10000",
  price: "1.09500",
});

interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly others: number;
  readonly firstOther: string | null;
}

export async function benchEdge(): Promise<BenchResult> {
  const folder = await installPeers(["fastify@5.12.8", "bun@1.4.5"]);
  try {
    const best: Record<"spotwire" | "fastify", Load | null> = { spotwire: null, fastify: null };
    for (let round = 1; round <= rounds; round++) {
      for (const name of ["spotwire", "fastify"] as const) {
        await untilIdle();
        const load = await measure(folder, name);
        if (best[name] === null || load.perSecond > best[name].perSecond) best[name] = load;
        const p99 = load.p99Ms.toFixed(2);
        console.log(`round ${round}: ${name} ${load.perSecond.toFixed(0)}/s, p99 ${p99} ms`);
      }
    }
    const [ours, theirs] = [best.spotwire!, best.fastify!];
    return {
      bench: "edge",
      ratios: { fastify: ours.perSecond / theirs.perSecond },
      figures: {
        checked_orders_per_second: ours.perSecond,
        p50_ms: ours.p50Ms,
        p99_ms: ours.p99Ms,
        fastify_per_second: theirs.perSecond,
        fastify_p99_ms: theirs.p99Ms,
      },
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function measure(folder: string, name: "spotwire" | "fastify"): Promise<Load> {
  const port = freePort();
  const script = new URL("edge_server.ts", import.meta.url).pathname;
  await using server = name === "spotwire"
    ? await startServer(Deno.execPath(), ["run", "-A", "--no-check", script, `${port}`, "pulse"])
    : await startServer("node", [`${folder}/edge_fastify.mjs`, `${port}`, "sw_bench"]);
  const key = name === "spotwire" ? server.told : "sw_bench";
  const request = "POST /v1/accounts/bench/orders/check HTTP/1.1\r\nHost: localhost\r\n" +
    `X-API-Key: ${key}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${order.length}\r\n\r\n${order}`;
  const load = await runLoad<Load>(`${folder}/node_modules/.bin/bun`, [
    `${folder}/http_load.mjs`,
    JSON.stringify({ port, request, connections, warmUpSeconds: 2, seconds: 4 }),
  ]);
  if (load.others > 0) throw new Error(`Cannot measure ${name}: it answered ${load.firstOther}`);
  return load;
}
