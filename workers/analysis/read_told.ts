/** What an earlier run told, from the topic itself: nothing else has to be kept of it. */

import * as v from "valibot";
import { type LiveSignal, signalsUpdated } from "../../shared/contracts/messages/signals.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";

const stored = v.pipe(v.string(), v.parseJson(), signalsUpdated);

/** Every signal the topic still holds, in the order they were told. */
export async function readTold(streams: EventStreams, signal: AbortSignal): Promise<LiveSignal[]> {
  const { name } = topics.signals;
  const newest = await streams.newest(name);
  if (newest === null) return [];
  const end = new AbortController();
  const told: LiveSignal[] = [];
  const batches = await streams.subscribe({
    topic: name,
    from: "start",
    max: 500,
    signal: AbortSignal.any([signal, end.signal]),
  });
  for await (const entries of batches) {
    for (const { body } of entries) {
      const read = v.safeParse(stored, body);
      if (read.success) told.push(...read.output.data.signals);
    }
    if (entries.some(({ id }) => id === newest.id)) end.abort();
  }
  return told;
}
