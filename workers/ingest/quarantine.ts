/** Counts the ticks nobody gets, and logs them without letting a broken venue flood the log. */

import { type EpochMs, epochMs } from "../../shared/domain/time.ts";
import type { Clock } from "../../shared/domain/time.ts";
import type { Logger } from "../../shared/runtime/logger.ts";
import type { Metrics } from "../../shared/runtime/metrics.ts";
import { type Judged, quarantineReasons } from "./decide.ts";

/** A reason is logged once in this long, with how many there were since. */
const logEveryMs = 10_000;

export class Quarantine {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #total;
  readonly #logged = new Map<string, { at: EpochMs; since: number }>();

  constructor(deps: { logger: Logger; clock: Clock; metrics: Metrics }) {
    this.#logger = deps.logger;
    this.#clock = deps.clock;
    this.#total = deps.metrics.counter(
      "spotwire_ingest_quarantined_ticks_total",
      "Ticks kept back because they cannot be prices",
      ["reason"],
    );
    for (const reason of quarantineReasons) this.#total.inc({ reason }, 0);
  }

  take(quarantined: Judged["quarantined"]): void {
    for (const { tick, reason } of quarantined) {
      this.#total.inc({ reason });
      if (reason === "repeated") continue; // every reconnection brings some
      const now = this.#clock.now();
      const logged = this.#logged.get(reason) ?? { at: epochMs(0), since: 0 };
      logged.since++;
      if (now - logged.at >= logEveryMs) {
        this.#logger.warn({ reason, tick, count: logged.since }, "tick quarantined");
        this.#logged.set(reason, { at: now, since: 0 });
      }
    }
  }
}
