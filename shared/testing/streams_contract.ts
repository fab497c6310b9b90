/** What every adapter of the streams promises, as steps of one test. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type {
  ConsumerOptions,
  Delivery,
  EventStreams,
  StreamConsumer,
  StreamEntry,
} from "../streams/event_streams.ts";
import { eventually } from "./eventually.ts";

type Case = (streams: EventStreams, topic: string) => Promise<void>;

const keepAll = 100_000;
const overdueMs = 60;

/** Runs every promise against open streams and closes them; each promise has a topic of its own. */
export async function streamsContract(
  t: Deno.TestContext,
  open: () => Promise<EventStreams>,
): Promise<void> {
  const streams = await open();
  const run = crypto.randomUUID();
  for (const [index, [name, one]] of Object.entries(cases).entries()) {
    await t.step(name, () => one(streams, `contract.${run}.${index}`));
  }
  await t.step("close() ends waiting reads and subscriptions, and later calls reject", async () => {
    await closing(streams, `contract.${run}.closing`);
  });
}

const cases: Record<string, Case> = {
  "ping() resolves": (streams) => streams.ping(),

  "entries are read in the order they were published": async (streams, topic) => {
    const reader = await streams.consumer(groupOf(topic));
    for (const bodies of [["a", "b"], ["c"], [], ["d", "e"]]) {
      await streams.publish(topic, bodies, keepAll);
    }
    const entries = await readAll(reader, 5);
    assertEquals(bodiesOf(entries), ["a", "b", "c", "d", "e"]);
    assertEquals(new Set(entries.map((entry) => entry.id)).size, 5);
    assert(entries.every((entry) => entry.deliveries === 1));
  },

  "publishes that were not waited for stay in order": async (streams, topic) => {
    const reader = await streams.consumer(groupOf(topic));
    const numbers = Array.from({ length: 50 }, (_, index) => String(index));
    await Promise.all(numbers.map((one) => streams.publish(topic, [one], keepAll)));
    assertEquals(bodiesOf(await readAll(reader, 50)), numbers);
  },

  "a read takes at most `max`, and a read of nothing answers []": async (streams, topic) => {
    const reader = await streams.consumer(groupOf(topic));
    assertEquals(await reader.read({ max: 5, blockMs: 0 }), []);
    assertEquals(await reader.read({ max: 5, blockMs: 30 }), []);
    await streams.publish(topic, ["a", "b", "c"], keepAll);
    assertEquals(bodiesOf(await reader.read({ max: 2, blockMs: 0 })), ["a", "b"]);
    assertEquals(bodiesOf(await reader.read({ max: 2, blockMs: 0 })), ["c"]);
  },

  "a blocked read is woken by a publish": async (streams, topic) => {
    const reader = await streams.consumer(groupOf(topic));
    const reading = reader.read({ max: 5, blockMs: 10_000 });
    await streams.publish(topic, ["a"], keepAll);
    assertEquals(bodiesOf(await reading), ["a"]);
  },

  "consumers of a group share its entries; another group has its own": async (streams, topic) => {
    const one = await streams.consumer(groupOf(topic, { consumer: "one" }));
    const two = await streams.consumer(groupOf(topic, { consumer: "two" }));
    const other = await streams.consumer(groupOf(topic, { group: "other" }));
    const numbers = Array.from({ length: 400 }, (_, index) => String(index));
    const taken = Promise.all([one, two].map((reader) => drain(reader, { max: 7 })));
    for (let at = 0; at < 400; at += 40) {
      await streams.publish(topic, numbers.slice(at, at + 40), keepAll);
    }
    const shares = await taken;
    assertEquals(shares.flat().map(Number).sort((a, b) => a - b), numbers.map(Number));
    assertEquals(bodiesOf(await readAll(other, 400)), numbers);
  },

  "an unacknowledged entry comes again, counted, to any consumer; an ack stops it": async (
    streams,
    topic,
  ) => {
    const one = await streams.consumer(groupOf(topic, { redeliverAfterMs: overdueMs }));
    const two = await streams.consumer(
      groupOf(topic, { redeliverAfterMs: overdueMs, consumer: "two" }),
    );
    await streams.publish(topic, ["a", "b"], keepAll);
    const first = await one.read({ max: 2, blockMs: 5_000 });
    assertEquals(first.map(({ body, deliveries }) => [body, deliveries]), [["a", 1], ["b", 1]]);
    await one.ack([first[0]!.id]);
    const second = await two.read({ max: 2, blockMs: 5_000 });
    assertEquals(second, [{ id: first[1]!.id, body: "b", deliveries: 2 }]);
    const third = await one.read({ max: 2, blockMs: 5_000 });
    assertEquals(third, [{ id: first[1]!.id, body: "b", deliveries: 3 }]);
    await one.ack([third[0]!.id]);
    assertEquals(await two.read({ max: 2, blockMs: 3 * overdueMs }), []);
    assertEquals(await streams.backlog(topic), 0);
  },

  "overdue entries come before new ones": async (streams, topic) => {
    const reader = await streams.consumer(groupOf(topic, { redeliverAfterMs: overdueMs }));
    await streams.publish(topic, ["old"], keepAll);
    await readAll(reader, 1);
    await eventually(async () => {
      await streams.publish(topic, ["new"], keepAll);
      const [entry] = await reader.read({ max: 1, blockMs: 0 });
      assert(entry !== undefined);
      if (entry.body !== "old") await reader.ack([entry.id]);
      return entry.body === "old" && entry.deliveries === 2;
    }, { everyMs: 5 });
  },

  "a group begins at the start of what is kept, or now": async (streams, topic) => {
    await streams.publish(topic, ["a", "b"], keepAll);
    const start = await streams.consumer(groupOf(topic, { group: "start", from: "start" }));
    const now = await streams.consumer(groupOf(topic, { group: "now", from: "now" }));
    await streams.publish(topic, ["c"], keepAll);
    assertEquals(await streams.backlog(topic), 3);
    assertEquals(bodiesOf(await readAll(start, 3)), ["a", "b", "c"]);
    assertEquals(bodiesOf(await readAll(now, 1)), ["c"]);
    const again = await streams.consumer(groupOf(topic, { group: "now", from: "start" }));
    assertEquals(await again.read({ max: 5, blockMs: 0 }), []);
  },

  "a dead letter is kept with its reason and group, and not delivered again": async (
    streams,
    topic,
  ) => {
    const reader = await streams.consumer(groupOf(topic, { redeliverAfterMs: overdueMs }));
    await streams.publish(topic, ["bad", "worse"], keepAll);
    const [bad, worse] = await readAll(reader, 2);
    await reader.deadLetter(bad!, "not JSON: “…”");
    await reader.deadLetter(worse!, "no such account");
    assertEquals(await reader.read({ max: 5, blockMs: 3 * overdueMs }), []);
    assertEquals(await streams.deadLetters(topic, 10), [
      { group: "group", reason: "no such account", body: "worse" },
      { group: "group", reason: "not JSON: “…”", body: "bad" },
    ]);
    assertEquals((await streams.deadLetters(topic, 1)).length, 1);
    assertEquals(await streams.backlog(topic), 0);
  },

  "a topic keeps its length, a tenth more at most, and drops the oldest": async (
    streams,
    topic,
  ) => {
    for (const [index, lengthMax] of [10, 2_000].entries()) {
      const name = `${topic}.${index}`;
      const bodies = Array.from({ length: lengthMax * 2 }, (_, at) => String(at));
      await streams.publish(name, bodies, lengthMax);
      const kept = await collect(streams, name, { until: bodies.at(-1)! });
      assert(kept.length >= lengthMax && kept.length <= lengthMax * 1.1, `${kept.length}`);
      assertEquals(kept, bodies.slice(-kept.length));
    }
  },

  "entries trimmed away are neither backlog nor delivered again": async (streams, topic) => {
    const reader = await streams.consumer(groupOf(topic, { redeliverAfterMs: overdueMs }));
    await streams.publish(topic, ["a", "b"], 5);
    await readAll(reader, 2);
    await streams.publish(topic, ["1", "2", "3", "4", "5"], 5);
    assertEquals(await streams.backlog(topic), 5);
    assertEquals(bodiesOf(await readAll(reader, 5)), ["1", "2", "3", "4", "5"]);
    const again = await readAll(reader, 5);
    assertEquals(bodiesOf(again), ["1", "2", "3", "4", "5"]);
    assert(again.every((entry) => entry.deliveries === 2));
  },

  "a subscription begins at the start, after an id, or now, and misses nothing": async (
    streams,
    topic,
  ) => {
    await streams.publish(topic, ["a", "b", "c"], keepAll);
    const stop = new AbortController();
    const from = (from: "start" | "now" | { after: string }) =>
      streams.subscribe({ topic, from, max: 2, signal: stop.signal });
    const start = (await from("start"))[Symbol.asyncIterator]();
    const now = (await from("now"))[Symbol.asyncIterator]();
    const first = (await start.next()).value as readonly StreamEntry[];
    assertEquals(bodiesOf(first), ["a", "b"]);
    const after = (await from({ after: first[0]!.id }))[Symbol.asyncIterator]();
    await streams.publish(topic, ["d"], keepAll);
    assertEquals(await take(start, 2), ["c", "d"]);
    assertEquals(await take(after, 3), ["b", "c", "d"]);
    assertEquals(await take(now, 1), ["d"]);
    stop.abort();
    for (const one of [start, after, now]) assertEquals((await one.next()).done, true);
  },

  "a subscription to a topic that does not exist yet sees its first entry": async (
    streams,
    topic,
  ) => {
    const stop = new AbortController();
    const options = { topic, from: "now", max: 10, signal: stop.signal } as const;
    const entries = (await streams.subscribe(options))[Symbol.asyncIterator]();
    await streams.publish(topic, ["a"], keepAll);
    assertEquals(await take(entries, 1), ["a"]);
    stop.abort();
  },

  "an abort ends a blocked read and a subscription, and loses no entry": async (streams, topic) => {
    const reader = await streams.consumer(groupOf(topic));
    const stop = new AbortController();
    const { signal } = stop;
    const reading = reader.read({ max: 5, blockMs: 600_000, signal });
    const options = { topic, from: "now", max: 5, signal } as const;
    const next = (await streams.subscribe(options))[Symbol.asyncIterator]().next();
    stop.abort();
    assertEquals(await reading, []);
    assertEquals((await next).done, true);
    assertEquals(await reader.read({ max: 5, blockMs: 600_000, signal }), []);
    await streams.publish(topic, ["a"], keepAll);
    assertEquals(bodiesOf(await readAll(reader, 1)), ["a"]);
  },

  "abort races with publish, and every entry is read once": async (streams, topic) => {
    const reader = await streams.consumer(groupOf(topic));
    const seen: string[] = [];
    for (let round = 0; round < 15; round++) {
      const stop = new AbortController();
      const reading = reader.read({ max: 5, blockMs: 600_000, signal: stop.signal });
      const publishing = streams.publish(topic, [String(round)], keepAll);
      if (round % 3 === 0) await publishing;
      stop.abort();
      seen.push(...bodiesOf(await reading));
      await publishing;
    }
    seen.push(...bodiesOf(await readAll(reader, 15 - seen.length)));
    assertEquals(seen, Array.from({ length: 15 }, (_, round) => String(round)));
  },

  "a publish carries thousands of bodies, in order": async (streams, topic) => {
    const reader = await streams.consumer(groupOf(topic));
    const bodies = Array.from({ length: 2_500 }, (_, at) => `{"at":${at}}`);
    await streams.publish(topic, bodies, keepAll);
    assertEquals(await streams.backlog(topic), 2_500);
    const entries = await readAll(reader, 2_500);
    assertEquals(bodiesOf(entries), bodies);
    await reader.ack(entries.map((entry) => entry.id));
    assertEquals(await streams.backlog(topic), 0);
  },

  "a body may hold any text, and 100 KB of it": async (streams, topic) => {
    const reader = await streams.consumer(groupOf(topic));
    const bodies = ["", '{"name":"Ünïcødé 💱 日本"}', "OK", "null", "123", "line\r\nbreak \0 nul"]
      .concat("ü".repeat(50_000), "x".repeat(100_000));
    await streams.publish(topic, bodies, keepAll);
    assertEquals(bodiesOf(await readAll(reader, bodies.length)), bodies);
    assertEquals(await collect(streams, topic, { until: bodies.at(-1)! }), bodies);
  },

  "backlog() is 0 without groups or topic, and that of the slowest group": async (
    streams,
    topic,
  ) => {
    assertEquals(await streams.backlog(topic), 0);
    await streams.publish(topic, ["a", "b", "c"], keepAll);
    assertEquals(await streams.backlog(topic), 0);
    const quick = await streams.consumer(groupOf(topic, { group: "quick" }));
    const slow = await streams.consumer(groupOf(topic, { group: "slow" }));
    await quick.ack((await readAll(quick, 3)).map((entry) => entry.id));
    await slow.ack([(await readAll(slow, 1))[0]!.id]);
    assertEquals(await streams.backlog(topic), 2);
  },

  "newest() is the entry published last, whoever has read it": async (streams, topic) => {
    assertEquals(await streams.newest(topic), null);
    const reader = await streams.consumer(groupOf(topic));
    await streams.publish(topic, ["a", "b"], keepAll);
    const [, last] = await readAll(reader, 2);
    assertEquals(await streams.newest(topic), { id: last!.id, body: "b" });
    await streams.publish(topic, ["c"], keepAll);
    assertEquals((await streams.newest(topic))?.body, "c");
  },

  "deadLetters() of a topic without any is []": async (streams, topic) => {
    assertEquals(await streams.deadLetters(topic, 5), []);
  },
};

async function closing(streams: EventStreams, topic: string): Promise<void> {
  const reader = await streams.consumer(groupOf(topic));
  const reading = reader.read({ max: 1, blockMs: 600_000 });
  const { signal } = new AbortController();
  const options = { topic, from: "now", max: 1, signal } as const;
  const next = (await streams.subscribe(options))[Symbol.asyncIterator]().next();
  await streams.close();
  assertEquals(await reading, []);
  assertEquals((await next).done, true);
  await assertRejects(() => streams.publish(topic, ["a"], keepAll));
  await assertRejects(() => reader.read({ max: 1, blockMs: 0 }));
  await assertRejects(() => streams.ping());
  await streams.close();
}

const groupOf = (topic: string, changes: Partial<ConsumerOptions> = {}): ConsumerOptions => ({
  topic,
  group: "group",
  consumer: "one",
  redeliverAfterMs: 60_000,
  from: "start",
  ...changes,
});

const bodiesOf = (entries: readonly StreamEntry[]): string[] => entries.map((entry) => entry.body);

/** Reads until there are `count` entries. */
async function readAll(reader: StreamConsumer, count: number): Promise<Delivery[]> {
  const entries: Delivery[] = [];
  while (entries.length < count) {
    const batch = await reader.read({ max: count - entries.length, blockMs: 5_000 });
    if (batch.length === 0) throw new Error(`Expected ${count} entries, found ${entries.length}`);
    entries.push(...batch);
  }
  return entries;
}

/** Reads and acknowledges until nothing comes for a while. */
async function drain(reader: StreamConsumer, { max }: { max: number }): Promise<string[]> {
  const bodies: string[] = [];
  while (true) {
    const batch = await reader.read({ max, blockMs: 500 });
    if (batch.length === 0) return bodies;
    bodies.push(...bodiesOf(batch));
    await reader.ack(batch.map((entry) => entry.id));
  }
}

async function take(
  batches: AsyncIterator<readonly StreamEntry[]>,
  count: number,
): Promise<string[]> {
  const bodies: string[] = [];
  while (bodies.length < count) {
    const { value, done } = await batches.next();
    if (done === true) break;
    bodies.push(...bodiesOf(value));
  }
  return bodies;
}

/** Everything kept, by a subscription that ends at the body `until`. */
async function collect(
  streams: EventStreams,
  topic: string,
  { until }: { until: string },
): Promise<string[]> {
  const stop = new AbortController();
  const bodies: string[] = [];
  const options = { topic, from: "start", max: 500, signal: stop.signal } as const;
  for await (const batch of await streams.subscribe(options)) {
    bodies.push(...bodiesOf(batch));
    if (bodies.at(-1) === until) break;
  }
  stop.abort();
  return bodies;
}
