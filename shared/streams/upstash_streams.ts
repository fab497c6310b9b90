/**
 * Redis Streams over Upstash's REST interface: the edge's streams, where there is no TCP. A REST
 * read cannot wait; one subscription to wake-ups tells all readers of the process when to ask.
 */

import { Redis } from "@upstash/redis";
import type { Clock } from "../domain/time.ts";
import type { EventStreams } from "./event_streams.ts";
import { LinkStreams } from "./link_streams.ts";
import { answerMsMax, type Command, type LinkReader, type RedisLink } from "./redis_link.ts";
import { WakeChannel } from "./wake_channel.ts";

/** Reads ask again: soon at first, then ever less often. */
const pollMsMin = 20;
const pollMsMax = 250;
/** While wake-ups come in; one may be lost, and a heartbeat of the feed is as long. */
const wokenPollMsMax = 1_000;
const retriesMax = 2;
const retryMs = 100;

/** `http(s)://host?token=…`. */
export function openUpstashStreams(url: string, options: { clock: Clock }): Promise<EventStreams> {
  const parsed = new URL(url);
  const token = parsed.searchParams.get("token");
  if (token === null || token === "") {
    return Promise.reject(new TypeError("Cannot open the streams: the URL has no ?token="));
  }
  parsed.search = "";
  return Promise.resolve(new LinkStreams(new RestLink(parsed.href, token), options));
}

interface RestReply {
  readonly result?: unknown;
  readonly error?: string | undefined;
}

/** The client without its decoding of values as JSON, and with any command. */
class RawRedis extends Redis {
  async send(path: readonly string[], body: unknown): Promise<unknown> {
    try {
      return await this.client.request({ path: [...path], body });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // The client's message repeats the whole command, which may be large or private.
      throw new Error(error.message.split(", command was:")[0], { cause: error.name });
    }
  }
}

class RestLink implements RedisLink {
  readonly #redis: RawRedis;
  readonly #closing = new AbortController();
  readonly closing = this.#closing.signal;
  readonly #wakes: WakeChannel;
  /** Requests may overtake one another; pipelines wait for the one before, which keeps the order. */
  #lastPipeline: Promise<unknown> = Promise.resolve();

  constructor(url: string, token: string) {
    this.#wakes = new WakeChannel(url, token, this.closing);
    this.#redis = new RawRedis({
      url,
      token,
      automaticDeserialization: false,
      enableTelemetry: false,
      retry: { retries: retriesMax, backoff: () => retryMs },
      signal: () => AbortSignal.timeout(answerMsMax),
    });
  }

  async send(command: Command): Promise<unknown> {
    this.closing.throwIfAborted();
    const { result, error } = await this.#redis.send([], command) as RestReply;
    if (error !== undefined) throw new Error(error);
    return result;
  }

  pipeline(commands: readonly Command[]): Promise<void> {
    const run = this.#lastPipeline.then(() => this.#many("pipeline", commands));
    this.#lastPipeline = run.catch(() => {});
    return run;
  }

  transaction(commands: readonly Command[]): Promise<void> {
    return this.#many("multi-exec", commands);
  }

  reader(topic: string): LinkReader {
    return new PollingReader(this, this.#wakes, topic);
  }

  close(): Promise<void> {
    this.#closing.abort(new Error("Cannot use the streams: they are closed"));
    return Promise.resolve();
  }

  async #many(path: string, commands: readonly Command[]): Promise<void> {
    this.closing.throwIfAborted();
    const replies = await this.#redis.send([path], commands) as RestReply[];
    for (const { error } of replies) if (error !== undefined) throw new Error(error);
  }
}

class PollingReader implements LinkReader {
  readonly #link: RedisLink;
  readonly #wakes: WakeChannel;
  readonly #topic: string;
  #pollMs = pollMsMin;

  constructor(link: RedisLink, wakes: WakeChannel, topic: string) {
    this.#link = link;
    this.#wakes = wakes;
    this.#topic = topic;
  }

  async read(
    command: (block: Command) => Command,
    { blockMs, signal }: { blockMs: number; signal?: AbortSignal | undefined },
  ): Promise<unknown> {
    let remaining = blockMs;
    while (!signal?.aborted) {
      const count = this.#wakes.count(this.#topic);
      const reply = await this.#link.send(command([]));
      if (reply !== null) {
        this.#pollMs = pollMsMin;
        return reply;
      }
      if (remaining <= 0) return null;
      const slice = Math.min(remaining, this.#pollMs);
      await this.#wakes.wait(this.#topic, { count, ms: slice, signal });
      remaining -= slice;
      const woken = this.#wakes.count(this.#topic) !== count;
      const pollMs = this.#wakes.isOpen ? wokenPollMsMax : pollMsMax;
      this.#pollMs = woken ? pollMsMin : Math.min(pollMs, this.#pollMs * 2);
    }
    return null;
  }

  close(): void {}
}
