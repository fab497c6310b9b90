/** Holds a recording back so that no reader of the topic is outrun. */

import { topics } from "../../shared/contracts/messages/topics.ts";
import type { Logger } from "../../shared/runtime/logger.ts";
import { pause } from "../../shared/runtime/time.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";

/** Entries the slowest group may be behind: a quarter of what the topic keeps. */
export const backlogMax = topics.quotes.lengthMax / 4;
/** Entries published between two looks at the backlog. */
const lookEvery = 100;
const waitMs = 20;
/** Held this long, it is told: a group that nobody reads holds a recording for ever. */
const tellAfterMs = 10_000;

export class HoldBack {
  readonly #streams: EventStreams;
  readonly #logger: Logger;
  #published = 0;

  constructor(deps: { streams: EventStreams; logger: Logger }) {
    this.#streams = deps.streams;
    this.#logger = deps.logger;
  }

  /** Creates the topic's groups, so a reader that starts later holds the recording all the same. */
  async begin(): Promise<void> {
    for (const group of topics.quotes.groups) {
      await this.#streams.consumer({
        topic: topics.quotes.name,
        group,
        consumer: "ingest",
        redeliverAfterMs: 60_000,
        from: "start",
      });
    }
  }

  /** Resolves when `entries` more may be published: the slowest group is near enough. */
  async before(entries: number, signal: AbortSignal): Promise<void> {
    this.#published += entries;
    if (this.#published < lookEvery) return;
    this.#published = 0;
    let waitedMs = 0;
    while (!signal.aborted) {
      const backlog = await this.#streams.backlog(topics.quotes.name);
      if (backlog <= backlogMax) return;
      await pause(waitMs, signal);
      waitedMs += waitMs;
      if (waitedMs % tellAfterMs === 0) {
        this.#logger.warn({ backlog, waitedMs }, "recording held back by a slow reader");
      }
    }
  }
}
