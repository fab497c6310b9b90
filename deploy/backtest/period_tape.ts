/** A tape that knows how far it reaches: `[from, to)`, epoch milliseconds. */

import type { Tape } from "../../services/trading-gateway/backtests/engine/tape.ts";

export interface PeriodTape extends Tape {
  readonly from: number;
  readonly to: number;
}
