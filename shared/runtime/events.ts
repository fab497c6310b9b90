/** Making and publishing events: the envelope's fields come from here, the data from the caller. */

import type { CloudEvent } from "../contracts/messages/envelope.ts";
import type { Topic } from "../contracts/messages/topics.ts";
import type { IdSource } from "../domain/ids.ts";
import { type Clock, toRfc3339 } from "../domain/time.ts";
import type { EventStreams } from "../streams/event_streams.ts";
import { currentTraceparent } from "./trace.ts";

export interface EventSource {
  /** A new event, within the current trace. `id` where the event's identity is known already. */
  event<T extends string, D>(
    type: T,
    data: D,
    about?: { subject?: string | undefined; id?: string | undefined },
  ): CloudEvent<T, D>;
}

/** `source` is the part's own path: `/workers/ingest`. */
export function createEventSource(
  { source, ids, clock }: { source: string; ids: IdSource; clock: Clock },
): EventSource {
  return {
    event(type, data, about = {}) {
      const traceparent = currentTraceparent();
      return {
        specversion: "1.0",
        id: about.id ?? ids.next(),
        source,
        type,
        time: toRfc3339(clock.now()),
        ...(about.subject === undefined ? {} : { subject: about.subject }),
        ...(traceparent === undefined ? {} : { traceparent }),
        data,
      };
    },
  };
}

/** Appends events to their topic, in order. Resolves when the stream has them. */
export async function publishEvents(
  streams: EventStreams,
  topic: Topic,
  events: readonly CloudEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await streams.publish(
    topic.name,
    events.map((event) => JSON.stringify(event)),
    topic.lengthMax,
  );
}
