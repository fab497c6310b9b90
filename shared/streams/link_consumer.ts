/** One copy of a consumer group's reader, over any link. */

import type { Clock } from "../domain/time.ts";
import {
  type ConsumerOptions,
  deadLettersMax,
  type Delivery,
  type ReadOptions,
  type StreamConsumer,
} from "./event_streams.ts";
import type { Command, LinkReader, RedisLink } from "./redis_link.ts";
import { readEntries, readOneStream, readPairs, readPending } from "./redis_replies.ts";

const ackIdsMax = 1_000;
const overdueCheckMsMax = 1_000;

export class LinkConsumer implements StreamConsumer {
  readonly #link: RedisLink;
  readonly #reader: LinkReader;
  readonly #options: ConsumerOptions & { readonly clock: Clock };
  /** While entries keep coming, overdue ones are looked for this often. */
  readonly #checkEveryMs: number;
  #nextCheckAt = -Infinity;

  constructor(link: RedisLink, options: ConsumerOptions & { readonly clock: Clock }) {
    this.#link = link;
    this.#reader = link.reader(options.topic);
    this.#options = options;
    const quarter = Math.ceil(options.redeliverAfterMs / 4);
    this.#checkEveryMs = Math.min(overdueCheckMsMax, Math.max(10, quarter));
  }

  async read({ max, blockMs, signal }: ReadOptions): Promise<Delivery[]> {
    this.#link.closing.throwIfAborted();
    const ended = signal === undefined
      ? this.#link.closing
      : AbortSignal.any([signal, this.#link.closing]);
    const end = performance.now() + blockMs;
    while (!ended.aborted) {
      const overdue = await this.#claimOverdue(max);
      if (overdue.length > 0) return overdue;
      const slice = Math.max(0, Math.min(end - performance.now(), this.#checkEveryMs));
      const fresh = await this.#readNew(max, { blockMs: slice, signal: ended });
      if (fresh.length > 0) return fresh;
      this.#nextCheckAt = -Infinity;
      if (performance.now() >= end) break;
    }
    return [];
  }

  async ack(ids: readonly string[]): Promise<void> {
    const { topic, group } = this.#options;
    for (let at = 0; at < ids.length; at += ackIdsMax) {
      await this.#link.send(["XACK", topic, group, ...ids.slice(at, at + ackIdsMax)]);
    }
  }

  async deadLetter(delivery: Delivery, reason: string): Promise<void> {
    const { topic, group } = this.#options;
    const fields = ["group", group, "reason", reason, "body", delivery.body];
    await this.#link.transaction([
      ["XADD", `${topic}.dead`, "MAXLEN", "~", deadLettersMax, "*", ...fields],
      ["XACK", topic, group, delivery.id],
    ]);
  }

  async #claimOverdue(max: number): Promise<Delivery[]> {
    const { topic, group, consumer, redeliverAfterMs, clock } = this.#options;
    if (clock.now() < this.#nextCheckAt) return [];
    const idle = ["XPENDING", topic, group, "IDLE", redeliverAfterMs, "-", "+", max];
    const pending = readPending(await this.#orRecreated(() => this.#link.send(idle)));
    this.#nextCheckAt = clock.now() + this.#checkEveryMs;
    if (pending.size === 0) return [];
    // Claiming repeats the condition, so of two consumers that saw the same entry one gets it.
    const claim = ["XCLAIM", topic, group, consumer, redeliverAfterMs, ...pending.keys()];
    const claimed = readEntries(await this.#link.send(claim));
    if (claimed.length > 0) this.#nextCheckAt = -Infinity;
    return claimed.map((entry) => ({ ...entry, deliveries: pending.get(entry.id)! + 1 }));
  }

  async #readNew(
    max: number,
    options: { blockMs: number; signal: AbortSignal },
  ): Promise<Delivery[]> {
    const { topic, group, consumer } = this.#options;
    const command = (block: Command): Command => //
    ["XREADGROUP", "GROUP", group, consumer, "COUNT", max, ...block, "STREAMS", topic, ">"];
    const reply = await this.#orRecreated(() => this.#reader.read(command, options));
    return readOneStream(reply).map((entry) => ({ ...entry, deliveries: 1 }));
  }

  /** A server that lost its data lost the group too; what it holds by now is all unread. */
  async #orRecreated<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof Error && error.message.includes("NOGROUP"))) throw error;
      await createGroup(this.#link, { ...this.#options, from: "start" });
      return await request();
    }
  }
}

/** Creates the group unless it exists. */
export async function createGroup(
  link: RedisLink,
  { topic, group, from }: Pick<ConsumerOptions, "topic" | "group" | "from">,
): Promise<void> {
  const { id, entriesRead } = from === "start"
    ? { id: "0-0", entriesRead: 0 }
    : await whereNow(link, topic);
  const create = ["XGROUP", "CREATE", topic, group, id, "MKSTREAM", "ENTRIESREAD", entriesRead];
  await link.send(create).catch((error) => {
    if (!(error instanceof Error && error.message.includes("BUSYGROUP"))) throw error;
  });
}

/** The end of the topic, and its count, without which Redis cannot tell a new group's backlog. */
async function whereNow(
  link: RedisLink,
  topic: string,
): Promise<{ id: string; entriesRead: number }> {
  try {
    const info = readPairs<string | number>(
      (await link.send(["XINFO", "STREAM", topic])) as unknown[],
    );
    return {
      id: String(info.get("last-generated-id")),
      entriesRead: Number(info.get("entries-added")),
    };
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("no such key"))) throw error;
    return { id: "0-0", entriesRead: 0 };
  }
}
