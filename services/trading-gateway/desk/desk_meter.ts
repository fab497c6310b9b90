/** What the desk counts: what it decided, booked and refused, and how long its turns take to store. */

import { type Counter, durationBuckets, type Metrics } from "../../../shared/runtime/metrics.ts";
import type { Decision } from "./decision.ts";

export class DeskMeter {
  /** Begins to time the storing of a turn; what it answers ends that. */
  readonly startTimer: () => () => void;
  readonly #commands: Counter;
  readonly #transactions: Counter<"type">;
  readonly #refusals: Counter<"reason">;

  constructor(metrics: Metrics) {
    const turns = metrics.histogram(
      "spotwire_trading_turn_seconds",
      "How long a turn of the desk takes to store; its commands share one commit",
      { buckets: durationBuckets },
    );
    this.startTimer = () => turns.startTimer();
    this.#commands = metrics.counter("spotwire_trading_commands_total", "Commands decided");
    this.#transactions = metrics.counter(
      "spotwire_trading_transactions_total",
      "Transactions booked, by what they are",
      ["type"],
    );
    this.#refusals = metrics.counter(
      "spotwire_trading_refusals_total",
      "Commands refused, by the reason",
      ["reason"],
    );
  }

  /** Counts what was decided, once it is stored. */
  count(decisions: readonly (Decision | Error)[]): void {
    this.#commands.inc(decisions.length);
    for (const decision of decisions) {
      if (decision instanceof Error) continue;
      const { booked, outcome } = decision;
      for (const { transaction: { type } } of booked) this.#transactions.inc({ type });
      if (!outcome.ok) this.#refusals.inc({ reason: outcome.reason });
    }
  }
}
