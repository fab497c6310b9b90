/** How far an earlier run of ingest had numbered, by what it published last. */

import * as v from "valibot";
import { readQuotes } from "../../shared/contracts/messages/quote_batch.ts";
import { quoteEvent } from "../../shared/contracts/messages/quotes.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import type { Logger } from "../../shared/runtime/logger.ts";
import { pause } from "../../shared/runtime/time.ts";
import type { EventStreams, StreamEntry } from "../../shared/streams/event_streams.ts";

/** Pause before streams that could not be read are asked again. */
const retryMs = 500;

/**
 * A sequence that the newest event on the topic tells; `null` when it has none. Streams that are down
 * are waited for: nothing can be published without them either.
 */
export async function readLastSequence(
  { streams, logger }: { readonly streams: EventStreams; readonly logger: Logger },
  signal: AbortSignal,
): Promise<number | null> {
  while (!signal.aborted) {
    try {
      return sequenceOf(await streams.newest(topics.quotes.name));
    } catch (error) {
      if (signal.aborted) break;
      logger.error({ err: error }, "last sequence not read, will retry");
      await pause(retryMs, signal);
    }
  }
  return null;
}

function sequenceOf(entry: StreamEntry | null): number | null {
  if (entry === null) return null;
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), quoteEvent), entry.body);
  if (!read.success) return null;
  const { data, type } = read.output;
  if (type === "venue.heard") return data.sequence ?? null;
  const sequences = readQuotes(data).quotes.map(({ sequence }) => sequence);
  return sequences.length === 0 ? null : Math.max(...sequences);
}
