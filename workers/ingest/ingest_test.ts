import { assert, assertEquals } from "@std/assert";
import { readQuotes } from "../../shared/contracts/messages/quote_batch.ts";
import type { QuoteEvent } from "../../shared/contracts/messages/quotes.ts";
import { type EventOf, topics } from "../../shared/contracts/messages/topics.ts";
import { type EpochMs, epochMs } from "../../shared/domain/time.ts";
import { createEventSource } from "../../shared/runtime/events.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { systemTimer, uuidIds } from "../../shared/runtime/time.ts";
import { MemoryStreams } from "../../shared/streams/memory_streams.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import type { PriceVenue, Tick, TickBatch } from "../../shared/venues/venue.ts";
import { backlogMax } from "./hold_back.ts";
import { Ingest } from "./ingest.ts";

const start = 1_700_000_000_000;
const name = topics.quotes.name;

const batchAt = (afterMs: number, over: Partial<Tick> = {}): TickBatch => {
  const time = epochMs(start + afterMs);
  const tick = { symbol: "EURUSD", bid: 110_000, ask: 110_010, venueTime: time, ...over };
  return { time, ticks: [tick as Tick] };
};

/** Memory streams that refuse to publish when told to. */
class FailingStreams extends MemoryStreams {
  failures = 0;

  override publish(...args: Parameters<MemoryStreams["publish"]>): Promise<void> {
    if (this.failures-- > 0) return Promise.reject(new Error("The streams are down"));
    return super.publish(...args);
  }
}

function setUp(venue: PriceVenue) {
  const streams = new FailingStreams({ clock: systemTimer });
  const metrics = createMetrics("ingest");
  const abort = new AbortController();
  const timer = { now: () => epochMs(start), sleepUntil: () => Promise.resolve() };
  const ingest = new Ingest({
    venue,
    timer,
    clock: { now: () => epochMs(start) },
    streams,
    events: createEventSource({ source: "/workers/ingest", ids: uuidIds, clock: systemTimer }),
    logger: createLogger({ service: "ingest", level: "silent" }),
    metrics,
    lastSequence: null,
  });
  const run = ingest.run(abort.signal);
  const stop = async () => {
    abort.abort();
    await run;
    await streams.close();
  };
  return { streams, metrics, run, stop, events: () => eventsOf(streams) };
}

/** What a venue gives, once or anew each time it is asked. */
const venueOf = (
  pausable: boolean,
  ticks: (signal: AbortSignal) => AsyncIterable<TickBatch>,
): PriceVenue => ({ name: "scripted", pausable, ticks });

const gives = (batches: readonly TickBatch[]) =>
  async function* () {
    yield* batches;
  };

async function eventsOf(streams: MemoryStreams, topic: string = name): Promise<QuoteEvent[]> {
  const reader = await streams.consumer({
    topic,
    group: "test",
    consumer: "test",
    redeliverAfterMs: 60_000,
    from: "start",
  });
  const entries = await reader.read({ max: 10_000, blockMs: 0 });
  return entries.map((entry) => JSON.parse(entry.body));
}

Deno.test("Ingest publishes a recording, its closing sign of life, and says that it ended", async () => {
  const { run, stop, events, metrics } = setUp(venueOf(
    true,
    gives([batchAt(0), batchAt(500, { bid: 110_020 } as Partial<Tick>), batchAt(700)]),
  ));
  await run;
  const said = (await events()).map(({ type, data }) => ({ type, data }));
  const minute = 60_000;
  assertEquals(said as unknown, [
    {
      type: "quotes.received",
      data: {
        venue: "scripted",
        time: start,
        sequence: start * 1_000,
        quotes: "EURUSD 1.10000 1.10010 0 0 0;EURUSD 1.10000 1.10010 700 0 1",
      },
    },
    {
      type: "venue.heard",
      data: {
        venue: "scripted",
        time: Math.ceil((start + 700) / minute) * minute + 5_000,
        sequence: start * 1_000 + 1,
      },
    },
  ]);
  const text = await metrics.text();
  assert(/spotwire_ingest_recording_ended{.*} 1/.test(text));
  assert(/spotwire_ingest_quotes_total{.*} 2/.test(text));
  assert(/quarantined_ticks_total{reason="crossed".*} 1/.test(text));
  await stop();
});

Deno.test("Ingest holds a recording back behind the slowest group, and loses nothing", async () => {
  const all = 3 * backlogMax;
  const { streams, run, stop } = setUp(venueOf(
    true,
    // Signs of life so far apart are published one by one.
    gives(Array.from({ length: all }, (_, index) => ({ ...batchAt(index * 10_000), ticks: [] }))),
  ));
  const archive = await streams.consumer({
    topic: name,
    group: "archive",
    consumer: "slow",
    redeliverAfterMs: 60_000,
    from: "now",
  });
  await eventually(async () => assert(await streams.backlog(name) > backlogMax));
  let read = 0;
  while (read < all + 1) {
    const entries = await archive.read({ max: 500, blockMs: 1_000 });
    assert(await streams.backlog(name) <= backlogMax + 600);
    await archive.ack(entries.map((entry) => entry.id));
    read += entries.length;
  }
  assertEquals(read, all + 1);
  await run;
  await stop();
});

Deno.test("Ingest asks a venue that failed again, and numbers go on", async () => {
  let asked = 0;
  const { stop, streams } = setUp(venueOf(false, async function* (signal) {
    asked++;
    yield batchAt(asked * 10);
    if (asked === 1) throw new Error("Connection lost");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }));
  await eventually(() => assertEquals(asked, 2));
  await stopped(stop, streams, [0, 1]);
});

Deno.test("Ingest keeps every price of a live venue, in order, while the streams are down", async () => {
  const gate = Promise.withResolvers<void>();
  const { stop, streams } = setUp(venueOf(false, async function* (signal) {
    await gate.promise;
    for (let index = 0; index < 4; index++) {
      yield batchAt(index);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }));
  streams.failures = 2;
  gate.resolve();
  await eventually(async () => assertEquals((await seen(streams)).length, 4));
  await stopped(stop, streams, [0, 1, 2, 3]);
});

Deno.test("Ingest repeats a recording's batch until the streams take it", async () => {
  const gate = Promise.withResolvers<void>();
  const { run, stop, streams } = setUp(venueOf(true, async function* () {
    await gate.promise;
    yield* [batchAt(0), batchAt(1)];
  }));
  streams.failures = 1;
  gate.resolve();
  await run;
  await stopped(stop, streams, [0, 1]);
});

Deno.test("Ingest publishes what it refused as it came, with the reason", async () => {
  const crossed = batchAt(500, { bid: 110_020 } as Partial<Tick>);
  const { run, stop, streams } = setUp(venueOf(true, gives([batchAt(200), crossed, batchAt(100)])));
  await run;
  const [refused] = await eventsOf(streams, topics.refusedTicks.name) as unknown as [
    EventOf<typeof topics.refusedTicks>,
  ];
  assertEquals(refused.data.venue, "scripted");
  assertEquals(
    refused.data.ticks.map(({ reason, symbol, time }) => [reason, symbol, time]),
    [["crossed", "EURUSD", start + 500], ["out_of_order", "EURUSD", start + 100]],
  );
  assertEquals(JSON.parse(refused.data.ticks[0]!.original), crossed.ticks[0]);
  await stop();
});

/** Sequences published so far, from the first one on. */
async function seen(streams: MemoryStreams): Promise<number[]> {
  const abort = new AbortController();
  const sequences: number[] = [];
  for await (
    const entries of await streams.subscribe({
      topic: name,
      from: "start",
      max: 1_000,
      signal: AbortSignal.any([abort.signal, AbortSignal.timeout(10)]),
    })
  ) {
    for (const { body } of entries) {
      const event = JSON.parse(body) as QuoteEvent;
      if (event.type !== "quotes.received") continue;
      const { quotes } = readQuotes(event.data);
      sequences.push(...quotes.map(({ sequence }) => sequence - (start as EpochMs) * 1_000));
    }
  }
  return sequences;
}

async function stopped(stop: () => Promise<void>, streams: MemoryStreams, expected: number[]) {
  await eventually(async () => assertEquals(await seen(streams), expected));
  await stop();
}
