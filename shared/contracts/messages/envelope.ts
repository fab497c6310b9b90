/** The envelope of everything that crosses a stream: CloudEvents 1.0 in JSON, with W3C trace context. */

import * as v from "valibot";

/** One event. `data` is the topic's own; the rest is the same everywhere. */
export interface CloudEvent<Type extends string = string, Data = unknown> {
  readonly specversion: "1.0";
  /** Unique within `source`; consumers may drop a repeat. */
  readonly id: string;
  /** The part that published it: `/workers/ingest`. */
  readonly source: string;
  readonly type: Type;
  /** RFC 3339. */
  readonly time: string;
  /** What it is about: a symbol, an order id, an account id. */
  readonly subject?: string | undefined;
  /** W3C trace context of the request or event that caused this one. */
  readonly traceparent?: string | undefined;
  readonly data: Data;
}

const envelope = {
  specversion: v.literal("1.0"),
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  source: v.pipe(v.string(), v.startsWith("/")),
  time: v.pipe(v.string(), v.isoTimestamp()),
  subject: v.optional(v.string()),
  traceparent: v.optional(
    v.pipe(v.string(), v.regex(/^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/)),
  ),
};

/** The schema of an event of one type carrying `data`. */
export const eventSchema = <const Type extends string, Data extends v.GenericSchema>(
  type: Type,
  data: Data,
) => v.object({ ...envelope, type: v.literal(type), data });
