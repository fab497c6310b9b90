/** Opens the streams a URL names. */

import type { Clock } from "../domain/time.ts";
import type { EventStreams } from "./event_streams.ts";
import { MemoryStreams } from "./memory_streams.ts";

/** `memory:`. @throws TypeError for any other URL. */
export function openStreams(url: string, options: { clock: Clock }): Promise<EventStreams> {
  if (url === "memory:") return Promise.resolve(new MemoryStreams(options));
  return Promise.reject(new TypeError(`Cannot open the streams: unknown scheme`));
}
