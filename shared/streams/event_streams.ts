/**
 * Streams between the parts: at-least-once to consumer groups, best effort to subscribers.
 *
 * Every adapter (memory, Redis over TCP, Upstash over REST) keeps the same promises, and one
 * contract suite runs against each:
 * - Entries of a topic are read in the order they were published.
 * - A group's entry is delivered to one consumer, and again to any of them once it has been
 *   unacknowledged for `redeliverAfterMs`, with `deliveries` counting up.
 * - A group sees everything published since it was first created, by `consumer()` or `publish()`'s
 *   reader, whichever came first.
 * - A topic keeps `lengthMax` entries (Redis may keep up to a tenth more); the oldest go first.
 * - A dead letter is acknowledged in its group and kept in `<topic>.dead` with the reason.
 */

/** Dead letters kept of one topic; the oldest go first. */
export const deadLettersMax = 10_000;

export interface StreamEntry {
  /** Grows along the topic; opaque otherwise. */
  readonly id: string;
  /** JSON text of one CloudEvent. */
  readonly body: string;
}

export interface Delivery extends StreamEntry {
  /** 1 the first time. */
  readonly deliveries: number;
}

export interface ReadOptions {
  /** Entries at most. */
  readonly max: number;
  /** How long to wait when there is nothing; 0 answers at once. */
  readonly blockMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ConsumerOptions {
  readonly topic: string;
  readonly group: string;
  /** This copy's name within the group. */
  readonly consumer: string;
  readonly redeliverAfterMs: number;
  /** Where a group that does not exist yet begins. */
  readonly from: "start" | "now";
}

/** One copy of a consumer group's reader. */
export interface StreamConsumer {
  /** Overdue entries first, then new ones; `[]` after `blockMs` or an abort. */
  read(options: ReadOptions): Promise<Delivery[]>;
  ack(ids: readonly string[]): Promise<void>;
  /** Gives the entry up: keeps it with the reason in `<topic>.dead`, and acknowledges it. */
  deadLetter(delivery: Delivery, reason: string): Promise<void>;
}

export interface SubscribeOptions {
  readonly topic: string;
  /** `"start"`: everything still kept; `"now"`: from here on; or the id after which to begin. */
  readonly from: "start" | "now" | { readonly after: string };
  /** Entries of one batch at most. */
  readonly max: number;
  readonly signal: AbortSignal;
}

export interface EventStreams {
  /** Appends in order, trimming the topic to `lengthMax`. Resolves when the stream has them. */
  publish(topic: string, bodies: readonly string[], lengthMax: number): Promise<void>;
  /** Creates the group if need be. */
  consumer(options: ConsumerOptions): Promise<StreamConsumer>;
  /**
   * Batches for one reader of everything, until the signal aborts. The place to begin is fixed when
   * the promise resolves, so nothing published afterwards is missed.
   */
  subscribe(options: SubscribeOptions): Promise<AsyncIterable<readonly StreamEntry[]>>;
  /** The entry published last; `null` when none is kept. */
  newest(topic: string): Promise<StreamEntry | null>;
  /** Entries that the slowest group has not acknowledged yet; 0 without groups. */
  backlog(topic: string): Promise<number>;
  /** Newest first, at most `max`. */
  deadLetters(topic: string, max: number): Promise<DeadLetter[]>;
  /** Throws when the streams cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface DeadLetter {
  readonly group: string;
  readonly reason: string;
  readonly body: string;
}
