/**
 * Orders checked and answered at the edge over HTTP: the whole edge, from request to answer, beside
 * Fastify on Node that validates the same schema and looks at the key, and does nothing else.
 *
 * Both servers run on one core and the load on the other, in short turns: a machine that others share
 * changes its pace within seconds, so each round is a pair, and the ratio is the median of the pairs.
 */

import { freePort } from "../../shared/testing/free_port.ts";
import { untilIdle } from "./idle.ts";
import { type BenchServer, installPeers, median, runLoad, startServer } from "./processes.ts";
import type { BenchResult } from "./result.ts";

const rounds = 15;
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
    await using ours = await startEdge();
    await using theirs = await startFastify(folder);
    await untilIdle();
    const pairs: [Load, Load][] = [];
    for (let round = 0; round <= rounds; round++) {
      const pair: [Load, Load] = [await measure(folder, ours), await measure(folder, theirs)];
      if (round === 0) continue; // both warm up
      pairs.push(pair);
      const [spotwire, fastify] = pair.map(({ perSecond }) => perSecond.toFixed(0));
      console.log(`round ${round}: spotwire ${spotwire}/s, fastify ${fastify}/s`);
    }
    const of = (which: 0 | 1, figure: "perSecond" | "p50Ms" | "p99Ms") =>
      median(pairs.map((pair) => pair[which][figure]));
    return {
      bench: "edge",
      ratios: { fastify: median(pairs.map(([a, b]) => a.perSecond / b.perSecond)) },
      figures: {
        checked_orders_per_second: of(0, "perSecond"),
        p50_ms: of(0, "p50Ms"),
        p99_ms: of(0, "p99Ms"),
        fastify_per_second: of(1, "perSecond"),
        fastify_p99_ms: of(1, "p99Ms"),
      },
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Loaded extends BenchServer {
  readonly port: number;
  readonly key: string;
}

async function startEdge(): Promise<Loaded> {
  const port = freePort();
  const script = new URL("edge_server.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", script, `${port}`, "pulse"];
  const server = await startServer(Deno.execPath(), args);
  return Object.assign(server, { port, key: server.told });
}

async function startFastify(folder: string): Promise<Loaded> {
  const port = freePort();
  const key = "sw_bench";
  const server = await startServer("node", [`${folder}/edge_fastify.mjs`, `${port}`, key]);
  return Object.assign(server, { port, key });
}

async function measure(folder: string, { port, key }: Loaded): Promise<Load> {
  const request = "POST /v1/accounts/bench/orders/check HTTP/1.1\r\nHost: localhost\r\n" +
    `X-API-Key: ${key}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${order.length}\r\n\r\n${order}`;
  const load = await runLoad<Load>(`${folder}/node_modules/.bin/bun`, [
    `${folder}/http_load.mjs`,
    JSON.stringify({ port, request, connections, warmUpSeconds: 0.3, seconds: 1 }),
  ]);
  if (load.others > 0) throw new Error(`Cannot measure: it answered ${load.firstOther}`);
  return load;
}
