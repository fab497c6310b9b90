// Goal: nothing published is lost or silently skipped, and nothing poisonous stops a consumer.
// Method: the real memory streams, with failures put in at the port where a network would fail.

import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { eventSchema } from "../contracts/messages/envelope.ts";
import type { Topic } from "../contracts/messages/topics.ts";
import type { EventStreams } from "../streams/event_streams.ts";
import { openStreams } from "../streams/open_streams.ts";
import { eventually } from "../testing/eventually.ts";
import { type ConsumeOptions, consumeTopic, followTopic } from "./consume.ts";
import { createEventSource, publishEvents } from "./events.ts";
import { createLogger } from "./logger.ts";
import { systemTimer, uuidIds } from "./time.ts";

const counted = eventSchema("test.counted", v.strictObject({ n: v.number() }));
type Counted = v.InferOutput<typeof counted>;
const topic: Topic<typeof counted> = {
  name: "counts",
  schema: counted,
  lengthMax: 1_000,
  publishers: [],
  groups: [],
  everyone: [],
};
const source = createEventSource({ source: "/test", ids: uuidIds, clock: systemTimer });

async function setUp() {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    service: "test",
    level: "info",
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  const streams = await openStreams("memory:", { clock: systemTimer });
  const abort = new AbortController();
  const publish = (...numbers: number[]) =>
    publishEvents(streams, topic, numbers.map((n) => source.event("test.counted", { n })));
  const raw = (...bodies: string[]) => streams.publish(topic.name, bodies, topic.lengthMax);
  return { lines, logger, streams, abort, publish, raw, signal: abort.signal };
}

const numbersOf = (events: readonly Counted[]) => events.map((event) => event.data.n);

/** Consumes until `until` holds, then stops. */
async function consuming(
  one: Awaited<ReturnType<typeof setUp>>,
  options:
    & Pick<ConsumeOptions<typeof topic>, "handle">
    & Partial<ConsumeOptions<typeof topic>>,
  until: () => boolean | Promise<boolean>,
): Promise<void> {
  const { streams, logger, signal, abort } = one;
  const done = consumeTopic({
    streams,
    topic,
    group: "test",
    consumer: "a",
    logger,
    signal,
    ...options,
  });
  try {
    await eventually(until, { everyMs: 2 });
  } finally {
    abort.abort();
    await done;
  }
}

Deno.test("consumeTopic() handles in order, in batches of batchMax, and acknowledges", async () => {
  const one = await setUp();
  await one.publish(1, 2, 3, 4, 5);
  const batches: number[][] = [];
  await consuming(one, {
    batchMax: 2,
    handle: (events) => Promise.resolve(void batches.push(numbersOf(events))),
  }, async () => batches.flat().length === 5 && await one.streams.backlog(topic.name) === 0);
  assertEquals(batches, [[1, 2], [3, 4], [5]]);
});

Deno.test("consumeTopic() gives a batch that failed again, until it is handled", async () => {
  const one = await setUp();
  await one.publish(1, 2);
  let calls = 0;
  await consuming(one, {
    redeliverAfterMs: 5,
    handle: () => ++calls < 3 ? Promise.reject(new Error("store is down")) : Promise.resolve(),
  }, async () => calls === 3 && await one.streams.backlog(topic.name) === 0);
  assertEquals(await one.streams.deadLetters(topic.name, 10), []);
  assertEquals(one.lines.map((line) => line.msg), [
    "events not handled, will come again",
    "events not handled, will come again",
  ]);
});

Deno.test("consumeTopic() dead-letters what it cannot read, with the reason, and handles the rest", async () => {
  const one = await setUp();
  const wrong = source.event("test.counted", { n: "one" });
  await one.raw("{nonsense", JSON.stringify(wrong), '{"specversion":"1.0"}');
  await one.publish(7);
  const seen: number[] = [];
  await consuming(one, {
    handle: (events) => Promise.resolve(void seen.push(...numbersOf(events))),
  }, async () => seen.length === 1 && await one.streams.backlog(topic.name) === 0);
  const dead = await one.streams.deadLetters(topic.name, 10);
  assertEquals(dead.map((letter) => [letter.group, letter.body.slice(0, 9)]), [
    ["test", '{"specver'],
    ["test", '{"specver'],
    ["test", "{nonsense"],
  ]);
  assert(dead[1]!.reason.startsWith("data.n: "), dead[1]!.reason);
  assert(dead[2]!.reason.startsWith("Not JSON: "), dead[2]!.reason);
});

Deno.test("consumeTopic() gives up only the poisonous entry of a batch, after deliveriesMax", async () => {
  const one = await setUp();
  await one.publish(1, 13, 3);
  const done = new Set<number>();
  await consuming(one, {
    redeliverAfterMs: 2,
    deliveriesMax: 2,
    handle(events) {
      const numbers = numbersOf(events);
      if (numbers.includes(13)) return Promise.reject(new RangeError("unlucky"));
      for (const n of numbers) done.add(n);
      return Promise.resolve();
    },
  }, async () => done.size === 2 && await one.streams.backlog(topic.name) === 0);
  assertEquals([...done], [1, 3]);
  const dead = await one.streams.deadLetters(topic.name, 10);
  assertEquals(dead.map((letter) => [letter.reason, JSON.parse(letter.body).data.n]), [
    ["RangeError: unlucky", 13],
  ]);
});

Deno.test("consumeTopic() goes on after the streams have failed", async () => {
  const one = await setUp();
  let failures = 0;
  const flaky: EventStreams = Object.assign(Object.create(one.streams), {
    consumer: (options: Parameters<EventStreams["consumer"]>[0]) =>
      failures++ === 0
        ? Promise.reject(new Error("connection refused"))
        : one.streams.consumer(options),
  });
  await one.publish(1);
  const seen: number[] = [];
  await consuming(one, {
    streams: flaky,
    handle: (events) => Promise.resolve(void seen.push(...numbersOf(events))),
  }, () => seen.length === 1);
  assertEquals(one.lines.map((line) => line.msg), ["stream not read, will retry"]);
});

Deno.test("followTopic() sees everything from its beginning on, and passes over what is malformed or fails", async () => {
  const one = await setUp();
  await one.publish(1);
  const fromStart: number[] = [];
  const fromNow: number[] = [];
  const about = { streams: one.streams, topic, logger: one.logger, signal: one.signal };
  const first = await followTopic({
    ...about,
    from: "start",
    batchMax: 1,
    handle(events) {
      fromStart.push(...numbersOf(events));
      if (events[0]!.data.n === 2) throw new Error("a bug");
    },
  });
  const second = await followTopic({
    ...about,
    from: "now",
    handle: (events) => void fromNow.push(...numbersOf(events)),
  });
  await one.publish(2);
  await one.raw("nonsense");
  await one.publish(3);
  await eventually(() => fromStart.length === 3 && fromNow.length === 2);
  one.abort.abort();
  await Promise.all([first.done, second.done]);
  assertEquals([fromStart, fromNow], [[1, 2, 3], [2, 3]]);
  assert(one.lines.some((line) => line.msg === "events passed over"));
  assertEquals(one.lines.filter((line) => line.msg === "entry skipped").length, 2);
});

Deno.test("followTopic() subscribes again after the last entry it saw when the stream breaks", async () => {
  const one = await setUp();
  const places: unknown[] = [];
  const flaky: EventStreams = Object.assign(Object.create(one.streams), {
    async subscribe(options: Parameters<EventStreams["subscribe"]>[0]) {
      places.push(options.from);
      const batches = await one.streams.subscribe(options);
      if (places.length > 1) return batches;
      return (async function* () {
        for await (const batch of batches) {
          yield batch;
          throw new Error("connection lost");
        }
      })();
    },
  });
  await one.publish(1);
  const seen: number[] = [];
  const { done } = await followTopic({
    streams: flaky,
    topic,
    from: "start",
    logger: one.logger,
    signal: one.signal,
    handle: (events) => void seen.push(...numbersOf(events)),
  });
  await eventually(() => seen.length === 1);
  await one.publish(2);
  await eventually(() => seen.length === 2);
  one.abort.abort();
  await done;
  assertEquals(seen, [1, 2]);
  assertEquals([places[0], typeof places[1]], ["start", "object"]);
});

Deno.test("followTopic() resolves when the signal aborts before the streams can be reached", async () => {
  const one = await setUp();
  await one.streams.close();
  const following = followTopic({
    streams: one.streams,
    topic,
    from: "start",
    logger: one.logger,
    signal: one.signal,
    handle: () => {},
  });
  await eventually(() => one.lines.length > 0);
  one.abort.abort();
  await (await following).done;
  assertEquals(one.lines[0]?.msg, "stream not reached, will retry");
});
