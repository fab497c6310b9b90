/** Opens the streams a URL names. */

import type { Clock } from "../domain/time.ts";
import type { EventStreams } from "./event_streams.ts";
import { MemoryStreams } from "./memory_streams.ts";
import { openRedisStreams } from "./redis_streams.ts";
import { openUpstashStreams } from "./upstash_streams.ts";

/**
 * `memory:`, `redis://…` and `rediss://…`, or `http(s)://host?token=…` for Upstash's REST interface.
 * Served ones connect in the background: `ping()` says whether the server is there.
 *
 * @throws TypeError for any other URL.
 */
// deno-lint-ignore require-await -- a wrong URL rejects
export async function openStreams(url: string, options: { clock: Clock }): Promise<EventStreams> {
  if (url === "memory:") return new MemoryStreams(options);
  if (/^rediss?:\/\//.test(url)) return openRedisStreams(url, options);
  if (/^https?:\/\//.test(url)) return openUpstashStreams(url, options);
  throw new TypeError(
    `Cannot open the streams: expected "memory:", "redis://…" or "https://host?token=…"`,
  );
}
