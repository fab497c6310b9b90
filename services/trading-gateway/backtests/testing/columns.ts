/** Prices of one's own for tests of the engine. */

import type { TickColumns } from "../../../../shared/domain/columns.ts";
import type { Symbol } from "../../../../shared/domain/instrument.ts";
import { micros } from "../../../../shared/domain/money.ts";
import { seededRandom } from "../../../../shared/domain/random.ts";
import { defaultTerms } from "../../../../shared/domain/terms.ts";
import type { BacktestSettings } from "../engine/settings.ts";
import type { Tape, TapePiece } from "../engine/tape.ts";

/** A Wednesday morning. */
export const startAt = Date.UTC(2026, 1, 4, 9);

/** A walk of a price: steps of so many points at most, a second apart and now and then a minute. */
export function walk(
  about: { seed: string; rows: number; bid: number; stepMax: number; everyMs?: number },
): TickColumns {
  const { seed, rows, stepMax, everyMs = 1_000 } = about;
  const random = seededRandom(seed);
  const time = new Float64Array(rows);
  const bid = new Int32Array(rows);
  const ask = new Int32Array(rows);
  let at = startAt;
  let price = about.bid;
  for (let row = 0; row < rows; row++) {
    at += random.next() < 0.02 ? 60_000 : Math.floor(random.next() * 2 * everyMs);
    price = Math.max(100, price + Math.round((2 * random.next() - 1) * stepMax));
    time[row] = at;
    bid[row] = price;
    ask[row] = price + 1 + Math.floor(random.next() * 12);
  }
  return { length: rows, time, bid, ask, bidVolume: null, askVolume: null };
}

export const pieceOf = ({ length, time, bid, ask }: TickColumns): TapePiece => ({
  length,
  time,
  bid,
  ask,
  slot: null,
});

export const tapeOf = (symbols: readonly string[], pieces: readonly TapePiece[]): Tape => ({
  symbols: symbols as readonly Symbol[],
  name: "a test",
  async *pieces() {
    yield* pieces;
  },
});

export const settingsOf = (over: Partial<BacktestSettings> = {}): BacktestSettings => ({
  symbols: ["EURUSD" as Symbol],
  from: startAt,
  to: startAt + 30 * 86_400_000,
  currency: "USD",
  balance: micros(100_000_000_000n),
  hours: "fx-week",
  fills: { latencyMs: 0, slippagePoints: 0, partialShare: 0, rejectShare: 0 },
  seed: "seed",
  terms: defaultTerms,
  ...over,
});
