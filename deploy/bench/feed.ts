/**
 * Quotes delivered to 1,000 clients of a separate process: bursts of ten, kept under way as fast as
 * every client has them, beside npm `ws` sending each quote to each client and Bun's own publish of
 * the same quotes. Then at a steady pace, with and without 5 % of the clients reading nothing.
 *
 * Servers run on one core and the load on the other, in turns, each when the machine is quiet; ratios
 * are of the best rounds, since noise only ever takes away.
 */

import { benchStalled } from "./feed_stalled.ts";
import { type BenchServer, installPeers, runLoad, startServer } from "./processes.ts";
import { untilIdle } from "./idle.ts";
import type { BenchResult } from "./result.ts";
import { freePort } from "../../shared/testing/free_port.ts";

export const feedClients = 1_000;
const rounds = 5;
/** Bursts under way at once: the servers always have work, as in a busy market. */
const windowBursts = 8;

export interface FeedLoad {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly subscribe?: string;
  readonly clients: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly window?: number;
  readonly burstsPerSecond?: number;
}

export interface FeedLoadResult {
  readonly quotesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Where the peers and the load are, and the runtime of the load. */
export interface FeedPeers {
  readonly folder: string;
  readonly bun: string;
}

export const runFeedLoad = ({ bun, folder }: FeedPeers, load: FeedLoad): Promise<FeedLoadResult> =>
  runLoad(bun, [`${folder}/feed_load.mjs`, JSON.stringify(load)]);

/** The edge in a process of its own, and how to reach its feed. */
export async function startEdge(port: number): Promise<{
  server: BenchServer;
  feed: Pick<FeedLoad, "port" | "path" | "headers" | "subscribe">;
}> {
  const script = new URL("edge_server.ts", import.meta.url).pathname;
  const server = await startServer(Deno.execPath(), ["run", "-A", "--no-check", script, `${port}`]);
  return {
    server,
    feed: {
      port,
      path: "/v1/feed",
      headers: { "x-api-key": server.told },
      subscribe: '{"type":"subscribe","symbols":"*"}',
    },
  };
}

type Peer = "spotwire" | "ws" | "bun" | "bun_joined";

export async function benchFeed(): Promise<BenchResult> {
  const folder = await installPeers(["ws@8.23.0", "bun@1.4.5"]);
  const peers: FeedPeers = { folder, bun: `${folder}/node_modules/.bin/bun` };
  try {
    const busy = await compare(peers, ["spotwire", "ws", "bun", "bun_joined"], windowBursts);
    const single = await compare(peers, ["spotwire", "bun"], 1);
    const stalled = await benchStalled(peers);
    return {
      bench: "feed",
      ratios: {
        ws: busy.spotwire / busy.ws,
        bun: busy.spotwire / busy.bun,
        stalled_p99: stalled.ratio,
      },
      figures: {
        spotwire_quotes_per_second: busy.spotwire,
        ws_quotes_per_second: busy.ws,
        bun_quotes_per_second: busy.bun,
        bun_joined_quotes_per_second: busy.bun_joined,
        one_burst_spotwire_quotes_per_second: single.spotwire,
        one_burst_bun_quotes_per_second: single.bun,
        one_burst_bun_ratio: single.spotwire / single.bun,
        ...stalled.figures,
      },
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The best quotes per second of each, in interleaved rounds. */
async function compare(
  peers: FeedPeers,
  names: readonly Peer[],
  window: number,
): Promise<Record<Peer, number>> {
  const best: Record<Peer, number> = { spotwire: 0, ws: 0, bun: 0, bun_joined: 0 };
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) {
      await untilIdle();
      const { quotesPerSecond } = await saturate(peers, name, window);
      best[name] = Math.max(best[name], quotesPerSecond);
      const rate = `${(quotesPerSecond / 1e6).toFixed(2)} M quotes/s`;
      console.log(`round ${round}, ${window} under way: ${name} ${rate}`);
    }
  }
  return best;
}

async function saturate(peers: FeedPeers, name: Peer, window: number): Promise<FeedLoadResult> {
  const port = freePort();
  const { server, feed } = name === "spotwire"
    ? await startEdge(port)
    : { server: await startPeer(peers, name, port), feed: { port, path: "/feed", headers: {} } };
  await using _ = server;
  return await runFeedLoad(peers, {
    ...feed,
    clients: feedClients,
    warmUpSeconds: 1.5,
    seconds: 3,
    window,
  });
}

function startPeer({ folder, bun }: FeedPeers, name: Peer, port: number): Promise<BenchServer> {
  if (name === "ws") return startServer("node", [`${folder}/feed_ws.mjs`, `${port}`]);
  const joined = name === "bun_joined" ? ["joined"] : [];
  return startServer(bun, [`${folder}/feed_bun.mjs`, `${port}`, ...joined]);
}
