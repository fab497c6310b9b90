/**
 * What clients that read nothing cost the others: the delay of quotes at a steady pace, with and
 * without 5 % of them, and how the server's memory moves meanwhile.
 */

import {
  feedClients,
  type FeedLoadResult,
  type FeedPeers,
  runFeedLoad,
  startEdge,
} from "./feed_edge.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { untilIdle } from "./idle.ts";
import { residentBytes } from "./processes.ts";

const rounds = 3;
const burstsPerSecond = 50;
const stalledShare = 0.05;
const roundSeconds = 5;
/** Long enough for a trend of the memory, and shorter than the edge waits for a ping's answer. */
const memorySeconds = 16;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export async function benchStalled(peers: FeedPeers) {
  const stalled = feedClients * stalledShare;
  const alone: FeedLoadResult[] = [];
  const beside: FeedLoadResult[] = [];
  for (let round = 1; round <= rounds; round++) {
    const a = await pacedRound(peers, { stalled: 0, seconds: roundSeconds });
    const b = await pacedRound(peers, { stalled, seconds: roundSeconds });
    alone.push(a.load);
    beside.push(b.load);
    const [p99, stalledP99] = [a.load.p99Ms.toFixed(2), b.load.p99Ms.toFixed(2)];
    console.log(`round ${round}, paced: p99 ${p99} ms, with stalled clients ${stalledP99} ms`);
  }
  const best = (loads: FeedLoadResult[], pick: (one: FeedLoadResult) => number) =>
    Math.min(...loads.map(pick));
  const p99 = best(alone, (one) => one.p99Ms);
  const stalledP99 = best(beside, (one) => one.p99Ms);
  const memory = await pacedRound(peers, { stalled, seconds: memorySeconds });
  return {
    ratio: stalledP99 / p99,
    figures: {
      paced_p50_ms: best(alone, (one) => one.p50Ms),
      paced_p99_ms: p99,
      stalled_p50_ms: best(beside, (one) => one.p50Ms),
      stalled_p99_ms: stalledP99,
      stalled_memory_mb: memory.megabytes,
      stalled_memory_mb_per_minute: memory.megabytesPerMinute,
    },
  };
}

interface PacedRound {
  readonly load: FeedLoadResult;
  /** Resident memory of the server at the end, and its trend over the second half. */
  readonly megabytes: number;
  readonly megabytesPerMinute: number;
}

async function pacedRound(
  peers: FeedPeers,
  round: { stalled: number; seconds: number },
): Promise<PacedRound> {
  await untilIdle({ msMax: 3_000 });
  const { server, feed } = await startEdge(freePort());
  await using _ = server;
  const sockets = await stall(feed, round.stalled);
  const done = runFeedLoad(peers, {
    ...feed,
    clients: feedClients - round.stalled,
    warmUpSeconds: 2,
    seconds: round.seconds,
    burstsPerSecond,
  });
  const samples: { at: number; bytes: number }[] = [];
  const sampling = setInterval(async () => {
    samples.push({ at: performance.now() / 1000, bytes: await residentBytes(server.pid) });
  }, 250);
  const load = await done.finally(() => clearInterval(sampling));
  for (const socket of sockets) socket.close();
  return {
    load,
    megabytes: samples.at(-1)!.bytes / 2 ** 20,
    // The first half holds the connecting and the warm-up.
    megabytesPerMinute: slope(samples.slice(samples.length >> 1)) * 60 / 2 ** 20,
  };
}

/** Least squares, in bytes a second. */
function slope(samples: readonly { at: number; bytes: number }[]): number {
  const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const at = mean(samples.map((one) => one.at));
  const bytes = mean(samples.map((one) => one.bytes));
  const over = samples.reduce((sum, one) => sum + (one.at - at) * (one.bytes - bytes), 0);
  return over / samples.reduce((sum, one) => sum + (one.at - at) ** 2, 0);
}

interface FeedAddress {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly subscribe?: string;
}

/** Opens clients that subscribe and never read, and floods until the edge conflates for each. */
async function stall(feed: FeedAddress, clients: number): Promise<Deno.TcpConn[]> {
  const sockets: Deno.TcpConn[] = [];
  for (let at = 0; at < clients; at++) sockets.push(await openSilent(feed));
  if (clients === 0) return sockets;
  const control = new WebSocket(`ws://127.0.0.1:${feed.port}/control`);
  await new Promise((resolve) => control.onopen = resolve);
  for (let conflated = 0; conflated < clients * 100;) {
    control.send("burst 20");
    conflated = await new Promise<number>((resolve) => {
      control.onmessage = ({ data }) => resolve(JSON.parse(data).framesConflated);
      control.send("totals");
    });
  }
  control.close();
  return sockets;
}

async function openSilent({ port, path, headers, subscribe = "" }: FeedAddress) {
  const socket = await Deno.connect({ port });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  await socket.write(encoder.encode(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${lines}\r\n`,
  ));
  const answer = new Uint8Array(4_096);
  const read = await socket.read(answer) ?? 0;
  const text = decoder.decode(answer.subarray(0, read));
  if (!text.startsWith("HTTP/1.1 101")) throw new Error(`Cannot open a silent client: ${text}`);
  const frame = new Uint8Array(6 + subscribe.length);
  frame.set([0x81, 0x80 | subscribe.length]);
  frame.set(encoder.encode(subscribe), 6);
  await socket.write(frame);
  return socket;
}
