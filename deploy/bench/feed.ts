/**
 * Quotes delivered to 1,000 clients of a separate process: bursts of ten, kept under way as fast as
 * every client has them, beside npm `ws` sending each quote to each client and Bun's own publish of
 * each quote, as text and in the binary form. Eight bursts under way are a busy market, 64 a storm:
 * what a core can deliver when bytes are what it works on, and where the binary form is compared to
 * JSON. Then at a steady pace, with and without 5 % of the clients reading nothing.
 *
 * The edge joins the quotes that come together, Bun its writes. The ratios that end in `joined` hand
 * Bun each burst as one message, as if somebody had joined its quotes before: what is left then is the
 * kernel's price of a write, which is the same for both.
 *
 * Servers run on one core and the load on the other, in turns, each when the machine is quiet. A
 * ratio is the median of the rounds' own: in a round all run within the same half minute.
 */

import { benchStalled } from "./feed_stalled.ts";
import { type BenchServer, installPeers, median, startServer } from "./processes.ts";
import { untilIdle } from "./idle.ts";
import { feedProtocols } from "../../shared/contracts/messages/feed_binary.ts";
import type { BenchResult } from "./result.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import {
  feedClients,
  type FeedLoadResult,
  type FeedPeers,
  runFeedLoad,
  startEdge,
} from "./feed_edge.ts";

const rounds = 4;
const singleRounds = 2;
const idleMsMax = 3_000;
/** Bursts under way at once. */
const windows = { one: 1, busy: 8, storm: 64 } as const;

const peerNames = [
  "spotwire",
  "binary",
  "ws",
  "bun",
  "bun_joined",
  "bun_binary",
  "bun_binary_joined",
] as const;
const stormNames = ["spotwire", "binary", "bun_binary_joined"] as const;
type Peer = (typeof peerNames)[number];
/** Quotes a second of each, round by round. */
type Rates = ReadonlyMap<Peer, readonly number[]>;

export async function benchFeed(): Promise<BenchResult> {
  const folder = await installPeers(["ws@8.23.0", "bun@1.4.5"]);
  const peers: FeedPeers = { folder, bun: `${folder}/node_modules/.bin/bun` };
  try {
    const busy = await compare(peers, peerNames, { window: windows.busy, rounds });
    const storm = await compare(peers, stormNames, { window: windows.storm, rounds });
    const single = await compare(peers, ["spotwire", "bun"], {
      window: windows.one,
      rounds: singleRounds,
    });
    const stalled = await benchStalled(peers);
    return {
      bench: "feed",
      ratios: {
        ws: ratio(busy, "spotwire", "ws"),
        bun: ratio(busy, "spotwire", "bun"),
        binary_json: ratio(storm, "binary", "spotwire"),
        bun_binary: ratio(busy, "binary", "bun_binary"),
        bun_joined: ratio(busy, "spotwire", "bun_joined"),
        bun_binary_joined: ratio(busy, "binary", "bun_binary_joined"),
        storm_bun_binary_joined: ratio(storm, "binary", "bun_binary_joined"),
        stalled_p99: stalled.ratio,
      },
      figures: {
        ...Object.fromEntries(
          peerNames.map((name) => [`${name}_quotes_per_second`, median(busy.get(name)!)]),
        ),
        busy_binary_json_ratio: ratio(busy, "binary", "spotwire"),
        ...Object.fromEntries(
          stormNames.map((name) => [`storm_${name}_quotes_per_second`, median(storm.get(name)!)]),
        ),
        one_burst_spotwire_quotes_per_second: median(single.get("spotwire")!),
        one_burst_bun_quotes_per_second: median(single.get("bun")!),
        one_burst_bun_ratio: ratio(single, "spotwire", "bun"),
        ...stalled.figures,
      },
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ratio = (rates: Rates, ours: Peer, theirs: Peer): number =>
  median(rates.get(ours)!.map((rate, round) => rate / rates.get(theirs)![round]!));

/** Interleaved rounds. */
async function compare(
  peers: FeedPeers,
  names: readonly Peer[],
  options: { window: number; rounds: number },
): Promise<Rates> {
  const rates = new Map<Peer, number[]>(names.map((name) => [name, []]));
  for (let round = 1; round <= options.rounds; round++) {
    for (const name of names) {
      await untilIdle({ msMax: idleMsMax });
      const { quotesPerSecond } = await saturate(peers, name, options.window);
      rates.get(name)!.push(quotesPerSecond);
      const rate = `${(quotesPerSecond / 1e6).toFixed(2)} M quotes/s`;
      console.log(`round ${round}, ${options.window} under way: ${name} ${rate}`);
    }
  }
  return rates;
}

async function saturate(peers: FeedPeers, name: Peer, window: number): Promise<FeedLoadResult> {
  const port = freePort();
  const { server, feed } = name === "spotwire" || name === "binary"
    ? await startEdge(port, name === "binary" ? feedProtocols.binary : undefined)
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
  const form = name === "bun" ? "each" : name.slice("bun_".length);
  return startServer(bun, [`${folder}/feed_bun.mjs`, `${port}`, form]);
}
