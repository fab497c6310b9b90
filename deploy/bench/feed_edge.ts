/** The edge that the benches of the feed start, and the clients that load it. */

import { type BenchServer, runLoad, startServer } from "./processes.ts";

export const feedClients = 1_000;

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
export async function startEdge(port: number, protocol?: string): Promise<{
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
      headers: {
        "x-api-key": server.told,
        ...(protocol === undefined ? {} : { "sec-websocket-protocol": protocol }),
      },
      subscribe: '{"type":"subscribe","symbols":"*"}',
    },
  };
}
