/** Streams within one process: the embedded profile and the tests. Nothing survives the process. */

import type { Clock } from "../domain/time.ts";
import {
  type ConsumerOptions,
  type DeadLetter,
  deadLettersMax,
  type Delivery,
  type EventStreams,
  type ReadOptions,
  type StreamConsumer,
  type StreamEntry,
  type SubscribeOptions,
} from "./event_streams.ts";
import { MemoryGroup } from "./memory_group.ts";
import { TopicLog } from "./topic_log.ts";
import { WakeUp } from "./wake_up.ts";

interface MemoryTopic {
  readonly log: TopicLog;
  readonly groups: Map<string, MemoryGroup>;
  readonly dead: DeadLetter[];
  readonly news: WakeUp;
}

export class MemoryStreams implements EventStreams {
  readonly #topics = new Map<string, MemoryTopic>();
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  /** Ids begin with the moment of opening: an id kept from an earlier run lies before all of this one. */
  readonly #epoch: number;

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
    this.#epoch = options.clock.now();
  }

  // deno-lint-ignore require-await -- a closed stream rejects, it does not throw
  async publish(topic: string, bodies: readonly string[], lengthMax: number): Promise<void> {
    this.#refuseWhenClosed();
    if (bodies.length === 0) return;
    const { log, news } = this.#topic(topic);
    log.append(bodies, lengthMax);
    news.wake();
  }

  // deno-lint-ignore require-await -- as above
  async consumer(options: ConsumerOptions): Promise<StreamConsumer> {
    this.#refuseWhenClosed();
    const topic = this.#topic(options.topic);
    let group = topic.groups.get(options.group);
    if (group === undefined) {
      group = new MemoryGroup(topic.log, { clock: this.#clock, from: options.from });
      topic.groups.set(options.group, group);
    }
    const mine = group;
    return {
      read: (read) => this.#read(topic, mine, { ...read, after: options.redeliverAfterMs }),
      // deno-lint-ignore require-await -- as above
      ack: async (ids) => {
        this.#refuseWhenClosed();
        for (const id of ids) mine.ack(this.#sequenceOf(id));
      },
      // deno-lint-ignore require-await -- as above
      deadLetter: async (delivery, reason) => {
        this.#refuseWhenClosed();
        topic.dead.push({ group: options.group, reason, body: delivery.body });
        if (topic.dead.length > deadLettersMax) topic.dead.shift();
        mine.ack(this.#sequenceOf(delivery.id));
      },
    };
  }

  // deno-lint-ignore require-await -- as above
  async subscribe(options: SubscribeOptions): Promise<AsyncIterable<readonly StreamEntry[]>> {
    this.#refuseWhenClosed();
    const topic = this.#topic(options.topic);
    const { from } = options;
    const next = from === "start"
      ? topic.log.first
      : from === "now"
      ? topic.log.last + 1
      : this.#sequenceOf(from.after) + 1;
    return this.#batches(topic, next, options);
  }

  // deno-lint-ignore require-await -- as above
  async newest(topic: string): Promise<StreamEntry | null> {
    this.#refuseWhenClosed();
    const log = this.#topics.get(topic)?.log;
    const body = log?.at(log.last);
    return log === undefined || body === undefined ? null : { id: this.#idOf(log.last), body };
  }

  // deno-lint-ignore require-await -- as above
  async backlog(topic: string): Promise<number> {
    this.#refuseWhenClosed();
    const groups = [...this.#topics.get(topic)?.groups.values() ?? []];
    return groups.reduce((most, group) => Math.max(most, group.backlog()), 0);
  }

  // deno-lint-ignore require-await -- as above
  async deadLetters(topic: string, max: number): Promise<DeadLetter[]> {
    this.#refuseWhenClosed();
    return this.#topics.get(topic)?.dead.slice(-max).reverse() ?? [];
  }

  // deno-lint-ignore require-await -- as above
  async ping(): Promise<void> {
    this.#refuseWhenClosed();
  }

  close(): Promise<void> {
    this.#closing.abort();
    for (const { news } of this.#topics.values()) news.wake();
    return Promise.resolve();
  }

  async #read(
    topic: MemoryTopic,
    group: MemoryGroup,
    { max, blockMs, signal, after }: ReadOptions & { after: number },
  ): Promise<Delivery[]> {
    this.#refuseWhenClosed();
    let late = blockMs <= 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      while (!signal?.aborted && !this.#closing.signal.aborted) {
        const taken = group.take(max, after);
        if (taken.length > 0) {
          return taken.map(({ sequence, deliveries }) => ({
            id: this.#idOf(sequence),
            body: topic.log.at(sequence)!,
            deliveries,
          }));
        }
        if (late) break;
        timer ??= setTimeout(() => {
          late = true;
          topic.news.wake();
        }, blockMs);
        await topic.news.wait(group.dueInMs(after), signal);
      }
      return [];
    } finally {
      clearTimeout(timer);
    }
  }

  async *#batches(
    { log, news }: MemoryTopic,
    begin: number,
    { max, signal }: SubscribeOptions,
  ): AsyncGenerator<readonly StreamEntry[]> {
    let next = begin;
    while (!signal.aborted && !this.#closing.signal.aborted) {
      next = Math.max(next, log.first);
      const end = Math.min(log.last + 1, next + max);
      if (end <= next) {
        await news.wait(Infinity, signal);
        continue;
      }
      const batch: StreamEntry[] = [];
      for (; next < end; next++) batch.push({ id: this.#idOf(next), body: log.at(next)! });
      yield batch;
    }
  }

  #topic(name: string): MemoryTopic {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = { log: new TopicLog(), groups: new Map(), dead: [], news: new WakeUp() };
      this.#topics.set(name, topic);
    }
    return topic;
  }

  #idOf(sequence: number): string {
    return `${this.#epoch}-${sequence}`;
  }

  /** 0, before the first, for an id of another run. */
  #sequenceOf(id: string): number {
    const [epoch, sequence] = id.split("-");
    return Number(epoch) === this.#epoch ? Number(sequence) : 0;
  }

  #refuseWhenClosed(): void {
    if (this.#closing.signal.aborted) throw new Error("Cannot use the streams: they are closed");
  }
}
