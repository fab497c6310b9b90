/** The loops that read topics: as one of a group, or everything for oneself. */

import * as v from "valibot";
import type { EventOf, Topic } from "../contracts/messages/topics.ts";
import type {
  Delivery,
  EventStreams,
  StreamConsumer,
  StreamEntry,
} from "../streams/event_streams.ts";
import type { Logger } from "./logger.ts";
import { pause } from "./time.ts";

/** Pause after the streams failed, so ones that are down are not hammered. */
const retryMs = 500;
/** How long one read waits; only bounds how late a lost connection is noticed. */
const blockMs = 1_000;

export interface ConsumeOptions<One extends Topic> {
  readonly streams: EventStreams;
  readonly topic: One;
  readonly group: string;
  /** This copy's name within the group. */
  readonly consumer: string;
  /** Where a new group begins. Default: `start`. */
  readonly from?: "start" | "now" | undefined;
  /** Default 500. */
  readonly batchMax?: number | undefined;
  /**
   * Pause after a batch that was not full, so that the next one is worth its commit. Default 0:
   * each entry is handled as it comes.
   */
  readonly lingerMs?: number | undefined;
  /** Default 30 000. */
  readonly redeliverAfterMs?: number | undefined;
  /** Deliveries after which an entry is handled alone, and given up if that fails. Default 5. */
  readonly deliveriesMax?: number | undefined;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Must be idempotent; what it resolves for is acknowledged. */
  handle(events: readonly EventOf<One>[]): Promise<void>;
}

/**
 * Consumes a topic as one of a group until the signal aborts. A batch whose handling throws comes
 * again; an entry that cannot be read, or has failed too often, goes to the dead letters.
 */
export async function consumeTopic<One extends Topic>(options: ConsumeOptions<One>): Promise<void> {
  const { streams, topic, group, logger, signal, batchMax = 500, lingerMs = 0 } = options;
  let consumer: StreamConsumer | undefined;
  while (!signal.aborted) {
    try {
      consumer ??= await streams.consumer({
        topic: topic.name,
        group,
        consumer: options.consumer,
        redeliverAfterMs: options.redeliverAfterMs ?? 30_000,
        from: options.from ?? "start",
      });
      const deliveries = await consumer.read({ max: batchMax, blockMs, signal });
      if (deliveries.length === 0) continue;
      await takeDeliveries(options, consumer, deliveries);
      if (deliveries.length < batchMax && lingerMs > 0) await pause(lingerMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      logger.error({ err: error, topic: topic.name, group }, "stream not read, will retry");
      consumer = undefined;
      await pause(retryMs, signal);
    }
  }
}

async function takeDeliveries<One extends Topic>(
  options: ConsumeOptions<One>,
  consumer: StreamConsumer,
  deliveries: readonly Delivery[],
): Promise<void> {
  const { topic, group, logger, signal, deliveriesMax = 5 } = options;
  const fresh: Read<One>[] = [];
  for (const delivery of deliveries) {
    const event = readEvent(topic, delivery);
    if (event instanceof Malformed) {
      logger.error({ topic: topic.name, id: delivery.id, reason: event.message }, "dead letter");
      await consumer.deadLetter(delivery, event.message);
    } else if (delivery.deliveries > deliveriesMax) {
      await lastChance(options, consumer, { delivery, event });
    } else fresh.push({ delivery, event });
  }
  if (fresh.length === 0) return;
  try {
    await options.handle(fresh.map(({ event }) => event));
  } catch (error) {
    // Unacknowledged, the batch comes again; other consumers of the group go on meanwhile.
    const about = { err: error, topic: topic.name, group, count: fresh.length };
    if (!signal.aborted) logger.error(about, "events not handled, will come again");
    return;
  }
  await consumer.ack(fresh.map(({ delivery }) => delivery.id));
}

interface Read<One extends Topic> {
  readonly delivery: Delivery;
  readonly event: EventOf<One>;
}

async function lastChance<One extends Topic>(
  { handle, logger, topic, signal }: ConsumeOptions<One>,
  consumer: StreamConsumer,
  { delivery, event }: Read<One>,
): Promise<void> {
  try {
    await handle([event]);
  } catch (error) {
    if (signal.aborted) return;
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    logger.error({ err: error, topic: topic.name, id: delivery.id }, "dead letter");
    await consumer.deadLetter(delivery, reason);
    return;
  }
  await consumer.ack([delivery.id]);
}

export interface FollowOptions<One extends Topic> {
  readonly streams: EventStreams;
  readonly topic: One;
  readonly from: "start" | "now";
  /** Default 500. */
  readonly batchMax?: number | undefined;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** A throw is logged and the batch passed over: nobody delivers it again. */
  handle(events: readonly EventOf<One>[]): void | Promise<void>;
}

/**
 * Reads everything of a topic. Resolves once the place to begin is fixed, so nothing published from
 * then on is missed; `done` resolves when the signal has aborted and the last batch is handled.
 */
export async function followTopic<One extends Topic>(
  options: FollowOptions<One>,
): Promise<{ done: Promise<void> }> {
  const batches = await subscribe(options, options.from);
  return { done: follow(options, batches) };
}

type Batches = AsyncIterable<readonly StreamEntry[]>;

async function follow<One extends Topic>(
  options: FollowOptions<One>,
  first: Batches | null,
): Promise<void> {
  const { topic, logger, signal } = options;
  let batches = first;
  let place: "start" | "now" | { after: string } = options.from;
  while (batches !== null) {
    try {
      for await (const entries of batches) {
        await takeEntries(options, entries);
        const last = entries.at(-1);
        if (last !== undefined) place = { after: last.id };
        if (signal.aborted) return;
      }
    } catch (error) {
      if (!signal.aborted) {
        logger.error({ err: error, topic: topic.name }, "stream not followed, will retry");
      }
    }
    if (signal.aborted) return;
    await pause(retryMs, signal);
    batches = await subscribe(options, place);
  }
}

/** Tries until it works; `null` when the signal aborts first. */
async function subscribe<One extends Topic>(
  { streams, topic, logger, signal, batchMax = 500 }: FollowOptions<One>,
  from: "start" | "now" | { after: string },
): Promise<Batches | null> {
  while (!signal.aborted) {
    try {
      return await streams.subscribe({ topic: topic.name, from, max: batchMax, signal });
    } catch (error) {
      logger.error({ err: error, topic: topic.name }, "stream not reached, will retry");
      await pause(retryMs, signal);
    }
  }
  return null;
}

async function takeEntries<One extends Topic>(
  { topic, logger, handle }: FollowOptions<One>,
  entries: readonly StreamEntry[],
): Promise<void> {
  const events: EventOf<One>[] = [];
  for (const entry of entries) {
    const event = readEvent(topic, entry);
    if (event instanceof Malformed) {
      logger.error({ topic: topic.name, id: entry.id, reason: event.message }, "entry skipped");
    } else events.push(event);
  }
  if (events.length === 0) return;
  try {
    await handle(events);
  } catch (error) {
    logger.error({ err: error, topic: topic.name, count: events.length }, "events passed over");
  }
}

/** An entry that is not an event of its topic. */
class Malformed extends Error {
  override readonly name = "Malformed";
}

function readEvent<One extends Topic>(topic: One, entry: StreamEntry): EventOf<One> | Malformed {
  let json: unknown;
  try {
    json = JSON.parse(entry.body);
  } catch (error) {
    return new Malformed(`Not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const result = v.safeParse(topic.schema, json);
  if (result.success) return result.output as EventOf<One>;
  const issue = result.issues[0];
  return new Malformed(`${v.getDotPath(issue) ?? "event"}: ${issue.message}`);
}
