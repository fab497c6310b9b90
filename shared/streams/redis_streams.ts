/**
 * Redis Streams over TCP: the region's streams.
 *
 * ioredis is held at 5: version 6 defines a class that extends `String`, after which V8 no longer
 * inlines `charCodeAt`, six times slower in the whole process, and we read every price with it.
 */

import { Redis } from "ioredis";
import type { Clock } from "../domain/time.ts";
import type { EventStreams } from "./event_streams.ts";
import { LinkStreams } from "./link_streams.ts";
import {
  answerMsMax,
  type Command,
  type LinkReader,
  type RedisLink,
  within,
} from "./redis_link.ts";
import { WakeUp } from "./wake_up.ts";

const reconnectMsMax = 1_000;
/** How often, and how many times, a waiting read is asked to end before its connection is dropped. */
const unblockEveryMs = 20;
const unblockTriesMax = 25;

/** `redis://` or `rediss://`, with user, password and database as usual. */
export const openRedisStreams = (url: string, options: { clock: Clock }): Promise<EventStreams> =>
  Promise.resolve(new LinkStreams(new TcpLink(url), options));

/** A connection that comes back by itself, pausing longer after each failure. */
export function connectRedis(
  url: string,
  options: { maxRetriesPerRequest: number; autoResendUnfulfilledCommands?: boolean },
): Redis {
  const connection = new Redis(url, {
    connectTimeout: answerMsMax,
    retryStrategy: (times: number) => Math.min(50 * 2 ** times, reconnectMsMax),
    ...options,
  });
  // Every command reports its own failure; without a listener ioredis prints to the console.
  connection.on("error", () => {});
  return connection;
}

const call = (connection: Redis, [name, ...args]: Command): Promise<unknown> =>
  connection.call(String(name), ...args);

/** ioredis takes the names of its own methods in a batch; `call` is any command. */
export const toBatch = (commands: readonly Command[]): (string | number)[][] =>
  commands.map((command) => ["call", ...command]);

class TcpLink implements RedisLink {
  readonly #url: string;
  readonly #commands: Redis;
  readonly #closing = new AbortController();
  readonly closing = this.#closing.signal;

  constructor(url: string) {
    this.#url = url;
    this.#commands = connectRedis(url, { maxRetriesPerRequest: 2 });
  }

  send(command: Command): Promise<unknown> {
    return within(answerMsMax, call(this.#commands, command));
  }

  async pipeline(commands: readonly Command[]): Promise<void> {
    const batch = this.#commands.pipeline(toBatch(commands));
    throwFirst(await within(answerMsMax, batch.exec()));
  }

  async transaction(commands: readonly Command[]): Promise<void> {
    const batch = this.#commands.multi(toBatch(commands));
    throwFirst(await within(answerMsMax, batch.exec()));
  }

  reader(): LinkReader {
    return new TcpReader(this.#url, this);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new Error("Cannot use the streams: they are closed"));
    if (this.#commands.status === "ready") {
      await within(reconnectMsMax, this.#commands.quit()).catch(() => {});
    }
    this.#commands.disconnect();
  }
}

function throwFirst(replies: [error: Error | null, result: unknown][] | null): void {
  for (const [error] of replies ?? []) if (error !== null) throw error;
}

/** A connection of its own: a waiting read holds up everything behind it. */
class TcpReader implements LinkReader {
  readonly #url: string;
  readonly #link: RedisLink;
  #connection: Redis | null = null;
  /** The connection's number at the server, by which another one can end its wait. */
  #clientId: number | null = null;

  constructor(url: string, link: RedisLink) {
    this.#url = url;
    this.#link = link;
  }

  async read(
    command: (block: Command) => Command,
    { blockMs, signal }: { blockMs: number; signal?: AbortSignal | undefined },
  ): Promise<unknown> {
    if (signal?.aborted) return null;
    const connection = this.#connection ??= this.#open();
    try {
      if (blockMs <= 0) return await within(answerMsMax, call(connection, command([])));
      this.#clientId ??= Number(await within(answerMsMax, call(connection, ["CLIENT", "ID"])));
      if (signal?.aborted) return null;
      const reply = call(connection, command(["BLOCK", Math.ceil(blockMs)]));
      return await within(blockMs + answerMsMax, this.#endingOnAbort(reply, signal));
    } catch (error) {
      if (signal?.aborted) return null;
      if (!isReply(error)) this.close();
      throw error;
    }
  }

  readonly close = (): void => {
    this.#link.closing.removeEventListener("abort", this.close);
    this.#connection?.disconnect();
    this.#connection = null;
    this.#clientId = null;
  };

  #open(): Redis {
    // A read that was cut off is not repeated unseen: its caller decides.
    const connection = connectRedis(this.#url, {
      maxRetriesPerRequest: 1,
      autoResendUnfulfilledCommands: false,
    });
    connection.on("close", () => this.#clientId = null);
    this.#link.closing.addEventListener("abort", this.close);
    return connection;
  }

  async #endingOnAbort(
    reply: Promise<unknown>,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    if (signal === undefined) return await reply;
    const onAbort = () => void this.#unblock(reply);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await reply;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Asks the server to end the wait, so that an entry just handed out still arrives. */
  async #unblock(reply: Promise<unknown>): Promise<void> {
    let settled = false;
    const pause = new WakeUp();
    const settle = () => {
      settled = true;
      pause.wake();
    };
    reply.then(settle, settle);
    for (let tries = 0; !settled && tries < unblockTriesMax; tries++) {
      // Asked before the read itself arrived, the server finds nobody waiting: ask again.
      await this.#link.send(["CLIENT", "UNBLOCK", this.#clientId ?? 0]).catch(() => {});
      await pause.wait(settled ? 0 : unblockEveryMs, undefined);
    }
    if (!settled) this.close();
  }
}

const isReply = (error: unknown): boolean => error instanceof Error && error.name === "ReplyError";
