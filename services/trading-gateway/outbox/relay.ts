/**
 * The relay: moves what the desk stored in the outbox to the streams, in order. It deletes an entry
 * only after the stream has it, so a crash between the two repeats it and never loses it.
 */

import { type Kysely, sql } from "kysely";
import { type Topic, topics } from "../../../shared/contracts/messages/topics.ts";
import { pause } from "../../../shared/runtime/time.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import type { EventStreams } from "../../../shared/streams/event_streams.ts";
import type { TradingDatabase } from "../desk/tables.ts";

const batchMax = 1_000;
/** Pause after a failure, so a stream that is down is not hammered. */
const retryMs = 500;
/** Looks without being asked, in case another copy left entries behind. */
const idleMs = 5_000;

export interface RelayDeps {
  readonly db: Kysely<TradingDatabase>;
  readonly streams: EventStreams;
  readonly logger: Logger;
}

const lengthMaxOf = new Map<string, number>(
  Object.values(topics as Record<string, Topic>).map((one) => [one.name, one.lengthMax]),
);

export class Relay {
  readonly #deps: RelayDeps;
  #wake: () => void = () => {};
  #asked = true;

  constructor(deps: RelayDeps) {
    this.#deps = deps;
  }

  /** There is something new in the outbox. */
  kick(): void {
    this.#asked = true;
    this.#wake();
  }

  /** Relays until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#asked = false;
      try {
        const moved = await this.relayOnce();
        if (moved < batchMax && !this.#asked) await this.#untilAsked(signal);
      } catch (error) {
        this.#deps.logger.error({ err: error }, "outbox not relayed, will retry");
        await pause(retryMs, signal);
      }
    }
  }

  /** Moves one batch; returns how many entries it moved. */
  async relayOnce(): Promise<number> {
    const { db, streams } = this.#deps;
    const entries = await db.selectFrom("outbox").selectAll().orderBy("id").limit(batchMax)
      .execute();
    if (entries.length === 0) return 0;
    for (const [topic, bodies] of byTopic(entries)) {
      await streams.publish(topic, bodies, lengthMaxOf.get(topic) ?? batchMax);
    }
    const ids = JSON.stringify(entries.map((entry) => String(entry.id)));
    await sql`delete from trading.outbox where id in
      (select value::int8 from json_array_elements_text(${ids}::text::json))`.execute(db);
    return entries.length;
  }

  async #untilAsked(signal: AbortSignal): Promise<void> {
    const asked = new AbortController();
    this.#wake = () => asked.abort();
    await pause(idleMs, AbortSignal.any([signal, asked.signal]));
    this.#wake = () => {};
  }
}

function byTopic(entries: readonly { topic: string; body: string }[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const { topic, body } of entries) {
    const bodies = grouped.get(topic);
    if (bodies === undefined) grouped.set(topic, [body]);
    else bodies.push(body);
  }
  return grouped;
}
