/**
 * The bridge's side of the wake-ups: one subscription at Redis for all clients, and to each a stream
 * of server-sent events as Upstash sends them. A client that does not read is spared, not waited for.
 */

import type { Redis } from "ioredis";
import { connectRedis } from "./redis_streams.ts";
import { wakePattern } from "./wake_channel.ts";

/** Clients at once. */
export const wakeClientsMax = 1_000;
/** Events that may wait for a client; a reader looks by itself after those it misses. */
const waitingEventsMax = 64;

const encoder = new TextEncoder();
type Controller = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

export class BridgeWakes {
  readonly #redisUrl: string;
  readonly #clients = new Set<Controller>();
  #redis: Redis | null = null;

  constructor(redisUrl: string) {
    this.#redisUrl = redisUrl;
  }

  /** `null` when there are as many clients as there may be. */
  open(): Response | null {
    if (this.#clients.size >= wakeClientsMax) return null;
    this.#redis ??= this.#subscribe();
    let mine: Controller;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        mine = controller;
        this.#clients.add(controller);
        controller.enqueue(encoder.encode(`data: psubscribe,${wakePattern},1\n\n`));
      },
      cancel: () => void this.#clients.delete(mine),
    }, new CountQueuingStrategy({ highWaterMark: waitingEventsMax }));
    const headers = { "content-type": "text/event-stream", "cache-control": "no-cache" };
    return new Response(body, { headers });
  }

  #subscribe(): Redis {
    const redis = connectRedis(this.#redisUrl, { maxRetriesPerRequest: 1 });
    redis.on("pmessage", (pattern: string, channel: string, message: string) => {
      this.#say(`data: pmessage,${pattern},${channel},${message}\n\n`);
    });
    // Whatever was said while Redis was away woke nobody: the clients begin anew. ioredis subscribes
    // again by itself once the first subscription has stood.
    redis.on("ready", () => {
      redis.psubscribe(wakePattern).then(() => {
        this.#say(`data: psubscribe,${wakePattern},1\n\n`);
      }, () => {});
    });
    return redis;
  }

  #say(text: string): void {
    const event = encoder.encode(text);
    for (const client of this.#clients) {
      if ((client.desiredSize ?? 0) > 0) client.enqueue(event);
    }
  }

  close(): void {
    this.#redis?.disconnect();
    for (const client of this.#clients) client.close();
    this.#clients.clear();
  }
}
