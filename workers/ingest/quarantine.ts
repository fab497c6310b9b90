/**
 * The ticks nobody gets: counted, logged without letting a broken venue flood the log, and published
 * as they came to whoever keeps them.
 */

import {
  originalTextMax,
  refusedPerEventMax,
  type RefusedTick,
} from "../../shared/contracts/messages/refused_ticks.ts";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { type Clock, type EpochMs, epochMs } from "../../shared/domain/time.ts";
import { type EventSource, publishEvents } from "../../shared/runtime/events.ts";
import type { Logger } from "../../shared/runtime/logger.ts";
import type { Metrics } from "../../shared/runtime/metrics.ts";
import { pause } from "../../shared/runtime/time.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";
import type { Refusal } from "../../shared/venues/venue.ts";
import { type Judged, quarantineReasons } from "./decide.ts";

/** A reason is logged once in this long, with how many there were since. */
const logEveryMs = 10_000;
/** Refused ticks that wait for the streams at most; the oldest are only counted beyond. */
const waitingMax = 10_000;
/** Before they are published, so that many share a call, and again when that fails. */
const gatherMs = 250;

export interface QuarantineDeps {
  readonly venue: { readonly name: string };
  readonly streams: EventStreams;
  readonly events: EventSource;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Of the first one refused; higher than any of an earlier run. */
  readonly firstNumber: number;
}

export class Quarantine {
  readonly #deps: QuarantineDeps;
  readonly #total;
  readonly #logged = new Map<string, { at: EpochMs; since: number }>();
  #waiting: RefusedTick[] = [];
  #next: number;
  #sending: Promise<void> | null = null;

  constructor(deps: QuarantineDeps) {
    this.#deps = deps;
    this.#next = deps.firstNumber;
    this.#total = deps.metrics.counter(
      "spotwire_ingest_quarantined_ticks_total",
      "Ticks kept back because they cannot be prices",
      ["reason"],
    );
    for (const reason of quarantineReasons) this.#total.inc({ reason }, 0);
  }

  take(quarantined: Judged["quarantined"], receivedTime: EpochMs, signal: AbortSignal): void {
    for (const { tick, reason } of quarantined) {
      this.#total.inc({ reason });
      const { symbol, venueTime: time } = tick;
      this.#keep({ reason, symbol, time, original: JSON.stringify(tick) }, receivedTime);
      if (reason !== "repeated") this.#log(reason, tick); // every reconnection brings some
    }
    this.#sending ??= this.#waiting.length === 0 ? null : this.#send(signal);
  }

  /** What a venue refused before it was a tick; the venue counts and logs it. */
  takeLine(refusal: Refusal, receivedTime: EpochMs, signal: AbortSignal): void {
    this.#keep(refusal, receivedTime);
    this.#sending ??= this.#send(signal);
  }

  /** Resolves when what was refused is published, or given up after the signal has aborted. */
  async sent(): Promise<void> {
    await this.#sending;
  }

  #keep({ reason, symbol, time, original }: Refusal, receivedTime: EpochMs): void {
    this.#waiting.push({
      number: this.#next++,
      reason,
      ...(symbol === undefined ? {} : { symbol }),
      ...(time === undefined || !(time >= 0) ? {} : { time }),
      receivedTime,
      original: original.slice(0, originalTextMax),
    });
    if (this.#waiting.length > waitingMax) this.#waiting.shift();
  }

  #log(reason: string, tick: unknown): void {
    const { clock, logger } = this.#deps;
    const now = clock.now();
    const logged = this.#logged.get(reason) ?? { at: epochMs(0), since: 0 };
    logged.since++;
    if (now - logged.at >= logEveryMs) {
      logger.warn({ reason, tick, count: logged.since }, "tick quarantined");
      this.#logged.set(reason, { at: now, since: 0 });
    }
  }

  async #send(signal: AbortSignal): Promise<void> {
    const { venue, streams, events, logger } = this.#deps;
    while (this.#waiting.length > 0) {
      await pause(gatherMs, signal);
      const ticks = this.#waiting.splice(0, refusedPerEventMax);
      try {
        const event = events.event("ticks.refused", { venue: venue.name, ticks });
        await publishEvents(streams, topics.refusedTicks, [event]);
      } catch (error) {
        if (signal.aborted) break;
        logger.warn({ err: error }, "refused ticks not published, will retry");
        this.#waiting.unshift(...ticks);
      }
    }
    this.#sending = null;
  }
}
