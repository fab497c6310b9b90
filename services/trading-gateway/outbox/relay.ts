/**
 * The relay: moves what the desk stored in the outbox to the streams, in order. It deletes an entry
 * only after the stream has it, so a crash between the two repeats it and never loses it.
 */

import { type Kysely, sql } from "kysely";
import { type Topic, topics } from "../../../shared/contracts/messages/topics.ts";
import { Bell } from "../../../shared/runtime/bell.ts";
import { nextTurn, pause } from "../../../shared/runtime/time.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import type { EventStreams } from "../../../shared/streams/event_streams.ts";
import type { TradingDatabase } from "../desk/tables.ts";

/** Entries moved at once at most; each is what one turn said on one topic. */
const batchMax = 20;
/** Pause after a failure, so a stream that is down is not hammered. */
const retryMs = 500;
/** Looks without being asked, in case another copy left entries behind. */
const idleMs = 5_000;

/** Batches between two that begin at the oldest entry. */
const fromStartEvery = 200;

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
  readonly #bell = new Bell();
  /** Ids up to here are moved; beginning after them skips the dead rows they leave. */
  #after = "0";
  #batches = 0;

  constructor(deps: RelayDeps) {
    this.#deps = deps;
  }

  /** There is something new in the outbox. */
  kick(): void {
    this.#bell.ring();
  }

  /** Relays until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await nextTurn();
      try {
        const moved = await this.relayOnce();
        if (moved === batchMax) continue;
        if (!await this.#bell.wait(idleMs, signal)) this.#after = "0";
      } catch (error) {
        this.#deps.logger.error({ err: error }, "outbox not relayed, will retry");
        await pause(retryMs, signal);
      }
    }
  }

  /** Moves one batch; returns how many entries it moved. */
  async relayOnce(): Promise<number> {
    const { db, streams } = this.#deps;
    // Now and then from the beginning: another copy's entry may have a smaller id and come later.
    if (this.#batches++ % fromStartEvery === 0) this.#after = "0";
    const entries = await db.selectFrom("outbox").selectAll().where("id", ">", this.#after)
      .orderBy("id").limit(batchMax).execute();
    if (entries.length === 0) return 0;
    for (const [topic, bodies] of byTopic(entries)) {
      await streams.publish(topic, bodies, lengthMaxOf.get(topic)!);
    }
    await this.#remove(entries.map((entry) => String(entry.id)));
    this.#after = String(entries.at(-1)!.id);
    return entries.length;
  }

  /** Need not outlive a crash: what is still there is said again, which harms nothing. */
  async #remove(ids: readonly string[]): Promise<void> {
    const list = JSON.stringify(ids);
    await this.#deps.db.transaction().execute(async (trx) => {
      await sql`set local synchronous_commit = off`.execute(trx);
      await sql`delete from trading.outbox where id in
        (select value::int8 from json_array_elements_text(${list}::text::json))`.execute(trx);
    });
  }
}

function byTopic(entries: readonly { topic: string; bodies: readonly string[] }[]) {
  const grouped = new Map<string, string[]>();
  for (const { topic, bodies } of entries) {
    const gathered = grouped.get(topic);
    if (gathered === undefined) grouped.set(topic, [...bodies]);
    else gathered.push(...bodies);
  }
  return grouped;
}
