/** Redis Streams as `EventStreams`, over any link. */

import type { Clock } from "../domain/time.ts";
import {
  type ConsumerOptions,
  type DeadLetter,
  type EventStreams,
  type StreamConsumer,
  type StreamEntry,
  type SubscribeOptions,
} from "./event_streams.ts";
import { createGroup, LinkConsumer } from "./link_consumer.ts";
import { type Command, isRefusal, type RedisLink } from "./redis_link.ts";
import { readEntries, readOneStream, readPairs } from "./redis_replies.ts";
import { wakeChannel } from "./wake_channel.ts";
import { WakeUp } from "./wake_up.ts";

/** One request, its wake-up included, stays below what hosted services take. */
const requestEntriesMax = 999;
const requestCharactersMax = 250_000;
/** Redis drops whole blocks of up to 100 entries; below this the promise needs exact trimming. */
const exactTrimBelow = 1_000;
const subscribeBlockMs = 5_000;
const retryMs = 200;

export class LinkStreams implements EventStreams {
  readonly #link: RedisLink;
  readonly #clock: Clock;

  constructor(link: RedisLink, options: { clock: Clock }) {
    this.#link = link;
    this.#clock = options.clock;
  }

  async publish(topic: string, bodies: readonly string[], lengthMax: number): Promise<void> {
    const trim = ["MAXLEN", lengthMax < exactTrimBelow ? "=" : "~", lengthMax];
    for (const part of inRequests(bodies)) {
      const added = part.map((body): Command => ["XADD", topic, ...trim, "*", "body", body]);
      // Readers that cannot wait inside Redis read when they hear this.
      await this.#link.pipeline([...added, ["PUBLISH", wakeChannel(topic), ""]]);
    }
  }

  async consumer(options: ConsumerOptions): Promise<StreamConsumer> {
    await createGroup(this.#link, options);
    return new LinkConsumer(this.#link, { ...options, clock: this.#clock });
  }

  async subscribe(options: SubscribeOptions): Promise<AsyncIterable<readonly StreamEntry[]>> {
    const { from, topic } = options;
    const after = from === "start"
      ? "0-0"
      : from === "now"
      ? (await this.newest(topic))?.id ?? "0-0"
      : from.after;
    return this.#batches(after, options);
  }

  async newest(topic: string): Promise<StreamEntry | null> {
    const reply = await this.#link.send(["XREVRANGE", topic, "+", "-", "COUNT", 1]);
    return readEntries(reply)[0] ?? null;
  }

  async backlog(topic: string): Promise<number> {
    const groups = await this.#link.send(["XINFO", "GROUPS", topic]).catch(emptyWithoutTopic);
    const rows = (groups as unknown[][]).map((row) => readPairs<number | null>(row));
    if (rows.length === 0) return 0;
    const length = Number(await this.#link.send(["XLEN", topic]));
    // A lag of null is unknown; what is kept bounds it, as it bounds entries trimmed while pending.
    const waiting = rows.map((row) =>
      Math.min(length, (row.get("pending") ?? 0) + (row.get("lag") ?? length))
    );
    return Math.max(...waiting);
  }

  async deadLetters(topic: string, max: number): Promise<DeadLetter[]> {
    const reply = await this.#link.send(["XREVRANGE", `${topic}.dead`, "+", "-", "COUNT", max]);
    return (reply as [string, string[]][]).map(([, fields]) => {
      const pairs = readPairs(fields);
      return {
        group: pairs.get("group") ?? "",
        reason: pairs.get("reason") ?? "",
        body: pairs.get("body") ?? "",
      };
    });
  }

  async ping(): Promise<void> {
    await this.#link.send(["PING"]);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  /** Rides out lost connections: it knows where it stands, so nothing is missed. */
  async *#batches(
    begin: string,
    options: SubscribeOptions,
  ): AsyncGenerator<readonly StreamEntry[]> {
    const signal = AbortSignal.any([options.signal, this.#link.closing]);
    const reader = this.#link.reader(options.topic);
    const pause = new WakeUp();
    let after = begin;
    const command = (block: Command): Command => //
    ["XREAD", "COUNT", options.max, ...block, "STREAMS", options.topic, after];
    try {
      while (!signal.aborted) {
        let entries: StreamEntry[];
        try {
          entries = readOneStream(
            await reader.read(command, { blockMs: subscribeBlockMs, signal }),
          );
        } catch (error) {
          if (isRefusal(error)) throw error;
          await pause.wait(retryMs, signal);
          continue;
        }
        if (entries.length === 0) continue;
        after = entries.at(-1)!.id;
        yield entries;
      }
    } finally {
      reader.close();
    }
  }
}

function emptyWithoutTopic(error: unknown): unknown[] {
  if (error instanceof Error && error.message.includes("no such key")) return [];
  throw error;
}

function* inRequests(bodies: readonly string[]): Generator<readonly string[]> {
  let begin = 0;
  let characters = 0;
  for (let at = 0; at < bodies.length; at++) {
    characters += bodies[at]!.length;
    if (at > begin && (at - begin >= requestEntriesMax || characters > requestCharactersMax)) {
      yield bodies.slice(begin, at);
      begin = at;
      characters = bodies[at]!.length;
    }
  }
  if (begin < bodies.length) yield bodies.slice(begin);
}
