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
} from "./feed.ts";
import { freePort } from "./free_port.ts";
import { median, residentBytes } from "./processes.ts";

const rounds = 2;
const burstsPerSecond = 50;
const stalledShare = 0.05;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface PacedRound {
  readonly load: FeedLoadResult;
  /** Bytes of memory the server gained in a second while quotes flowed. */
  readonly memorySlope: number;
}

export async function benchStalled(peers: FeedPeers) {
  const clean: PacedRound[] = [];
  const stalled: PacedRound[] = [];
  for (let round = 1; round <= rounds; round++) {
    clean.push(await pacedRound(peers, 0));
    stalled.push(await pacedRound(peers, feedClients * stalledShare));
    const [a, b] = [clean.at(-1)!.load, stalled.at(-1)!.load];
    console.log(
      `round ${round}, paced: p99 ${a.p99Ms.toFixed(2)} ms, with stalled ${b.p99Ms.toFixed(2)} ms`,
    );
  }
  const of = (list: PacedRound[], pick: (one: PacedRound) => number) => median(list.map(pick));
  const p99 = of(clean, (one) => one.load.p99Ms);
  const stalledP99 = of(stalled, (one) => one.load.p99Ms);
  return {
    ratio: stalledP99 / p99,
    figures: {
      paced_p50_ms: of(clean, (one) => one.load.p50Ms),
      paced_p99_ms: p99,
      stalled_p99_ms: stalledP99,
      clean_memory_kb_per_second: of(clean, (one) => one.memorySlope) / 1024,
      stalled_memory_kb_per_second: of(stalled, (one) => one.memorySlope) / 1024,
    },
  };
}

async function pacedRound(peers: FeedPeers, stalledClients: number): Promise<PacedRound> {
  const { server, feed } = await startEdge(freePort());
  await using _ = server;
  const sockets = await stall(feed, stalledClients);
  const done = runFeedLoad(peers, {
    ...feed,
    clients: feedClients - stalledClients,
    warmUpSeconds: 2,
    seconds: 6,
    burstsPerSecond,
  });
  const samples: { at: number; bytes: number }[] = [];
  const sampling = setInterval(async () => {
    samples.push({ at: performance.now() / 1000, bytes: await residentBytes(server.pid) });
  }, 250);
  const load = await done.finally(() => clearInterval(sampling));
  for (const socket of sockets) socket.close();
  // The first half holds the connecting and the warm-up.
  return { load, memorySlope: slope(samples.slice(samples.length >> 1)) };
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
  if (!decoder.decode(answer.subarray(0, read)).includes(" 101 ")) {
    throw new Error("Cannot open a client that reads nothing");
  }
  const frame = new Uint8Array(6 + subscribe.length);
  frame.set([0x81, 0x80 | subscribe.length]);
  frame.set(encoder.encode(subscribe), 6);
  await socket.write(frame);
  return socket;
}
