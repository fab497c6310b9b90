/**
 * Quotes a second through Redis Streams: published as ingest does, a flush of quotes in one entry,
 * and read by another process as every part reads them, beside ioredis adding one entry a quote and
 * reading it. Both are timed from the first publish to the reader's last quote, in interleaved
 * rounds; the ratio is the median of the rounds' own.
 */

import process from "node:process";
import { writeQuotes } from "../../shared/contracts/messages/quote_batch.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { createEventSource, publishEvents } from "../../shared/runtime/events.ts";
import { systemTimer, uuidIds } from "../../shared/runtime/time.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { startRedis } from "../../shared/testing/real_redis.ts";
import { untilIdle } from "./idle.ts";
import { median, startServer } from "./processes.ts";
import type { BenchResult } from "./result.ts";
import { publishSingles, quotesFrom } from "./streams_peer.ts";

const rounds = 3;
/** Both take about two seconds, so that the compiler's start weighs as much in one as in the other. */
const batchQuotes = 2_000_000;
const singleQuotes = 100_000;
/** Quotes of one entry: what ingest has gathered when many symbols move at once. */
const quotesPerEntry = 100;
/** Entries of one publish; the next is made meanwhile, and waits for its answer. */
const entriesPerPublish = 10;
const decoder = new TextDecoder();

export async function benchStreams(): Promise<BenchResult> {
  await using redis = await startRedis({ extra: ["--appendonly", "no"] });
  const ours: Timed[] = [];
  const singles: Timed[] = [];
  for (let round = 1; round <= rounds; round++) {
    await untilIdle({ msMax: 3_000 });
    const first = (round - 1) * batchQuotes + 1;
    const publish = () => publishBatches(redis.url, first, batchQuotes);
    ours.push(await timed(redis.url, { form: "batches", quotes: batchQuotes, publish }));
    const each = () => publishSingles(redis.url, singleQuotes);
    singles.push(await timed(redis.url, { form: "singles", quotes: singleQuotes, publish: each }));
    const [a, b] = [ours.at(-1)!.rate / 1e6, singles.at(-1)!.rate / 1e6];
    console.log(`round ${round}: batches ${a.toFixed(2)} M, ioredis ${b.toFixed(3)} M quotes/s`);
  }
  const ratio = (pick: (one: Timed) => number) =>
    median(ours.map((one, round) => pick(one) / pick(singles[round]!)));
  return {
    bench: "streams",
    ratios: { ioredis: ratio((one) => one.rate) },
    figures: {
      batches_quotes_per_second: median(ours.map((one) => one.rate)),
      ioredis_quotes_per_second: median(singles.map((one) => one.rate)),
      batches_cpu_micros_per_quote: median(ours.map((one) => one.cpuMicros)),
      ioredis_cpu_micros_per_quote: median(singles.map((one) => one.cpuMicros)),
      quotes_per_entry: quotesPerEntry,
    },
  };
}

interface Run {
  readonly form: "batches" | "singles";
  readonly quotes: number;
  publish(): Promise<void>;
}

interface Timed {
  /** Quotes a second until the reader, a process of its own, has the last. */
  readonly rate: number;
  /** Of publisher and reader together, without Redis: steady where the machine is busy. */
  readonly cpuMicros: number;
}

async function timed(url: string, { form, quotes, publish }: Run): Promise<Timed> {
  const script = new URL("streams_reader.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", script, url, String(quotes), form];
  const reader = await startServer(Deno.execPath(), args);
  await using _ = reader;
  const startedAt = performance.timeOrigin + performance.now();
  const before = process.cpuUsage();
  const [done] = await Promise.all([readerDone(reader.stdout), publish()]);
  const { user, system } = process.cpuUsage(before);
  return {
    rate: quotes / (done.at - startedAt) * 1_000,
    cpuMicros: (user + system + done.cpuMicros) / quotes,
  };
}

async function readerDone(
  stdout: ReadableStream<Uint8Array>,
): Promise<{ at: number; cpuMicros: number }> {
  let text = "";
  for await (const chunk of stdout.values({ preventCancel: true })) {
    text += decoder.decode(chunk);
    const done = /^done (\S+) (\S+)$/m.exec(text);
    if (done !== null) return { at: Number(done[1]), cpuMicros: Number(done[2]) };
  }
  throw new Error(`Cannot time the reader: it ended with ${text}`);
}

/** As the ingest worker publishes what one flush has gathered. */
async function publishBatches(url: string, first: number, count: number): Promise<void> {
  const streams = await openStreams(url, { clock: systemTimer });
  const source = createEventSource({ source: "/bench", ids: uuidIds, clock: systemTimer });
  const perPublish = quotesPerEntry * entriesPerPublish;
  let underWay = Promise.resolve();
  for (let at = first; at < first + count; at += perPublish) {
    const events = Array.from({ length: entriesPerPublish }, (_, entry) => {
      const quotes = quotesFrom(at + entry * quotesPerEntry, quotesPerEntry).toArray();
      return source.event("quotes.received", writeQuotes("bench", quotes));
    });
    await underWay;
    underWay = publishEvents(streams, topics.quotes, events);
  }
  await underWay;
  await streams.close();
}
