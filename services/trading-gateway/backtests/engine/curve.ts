/** The account's worth over time: a bounded number of points, the largest fall, and daily returns. */

import type { Valuation } from "../../../../shared/domain/account.ts";
import { type Micros, zeroMicros } from "../../../../shared/domain/money.ts";

export interface CurvePoint {
  readonly time: number;
  readonly equity: Micros;
  readonly balance: Micros;
  readonly marginUsed: Micros;
  readonly notional: Micros;
}

/** The account as it stands, valued. */
export type Standing = Omit<CurvePoint, "time">;

const pointsMax = 1_000;
/** Returns of fewer days say nothing of a year. */
const daysMin = 20;
const daysOfYear = 252;

export interface Drawdown {
  readonly amount: Micros;
  /** Equity before the fall. */
  readonly peak: Micros;
  readonly from: number | null;
  readonly to: number | null;
}

export class Curve {
  readonly points: CurvePoint[] = [];
  readonly #everyMs: number;
  #nextAt: number;
  #peak: Micros;
  #peakAt: number | null = null;
  #drawdown: Drawdown;
  #dayEquity: Micros;
  readonly #returns: number[] = [];
  marginUsedMax: Micros = zeroMicros;
  notionalMax: Micros = zeroMicros;

  constructor(period: { readonly from: number; readonly to: number; readonly opening: Micros }) {
    const { from, to, opening } = period;
    this.#everyMs = Math.max(1_000, Math.ceil((to - from) / pointsMax / 1_000) * 1_000);
    this.#nextAt = from + this.#everyMs;
    this.#peak = this.#dayEquity = opening;
    this.#drawdown = { amount: zeroMicros, peak: opening, from: null, to: null };
  }

  /** When the next point is due. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** The point that is due; `null` where the account cannot be valued now. */
  sample(time: number, standing: Standing | null): void {
    this.#nextAt = time + this.#everyMs;
    if (standing === null) return;
    this.points.push({ time, ...standing });
    this.note(time, standing);
  }

  /** Between points, where equity may be at its furthest. */
  note(time: number, { equity, marginUsed, notional }: Standing): void {
    if (marginUsed > this.marginUsedMax) this.marginUsedMax = marginUsed;
    if (notional > this.notionalMax) this.notionalMax = notional;
    if (equity >= this.#peak) {
      this.#peak = equity;
      this.#peakAt = time;
    } else if (this.#peak - equity > this.#drawdown.amount) {
      const amount = (this.#peak - equity) as Micros;
      this.#drawdown = { amount, peak: this.#peak, from: this.#peakAt, to: time };
    }
  }

  /** An FX day has ended. */
  endDay(valued: Pick<Valuation, "equity"> | null): void {
    if (valued === null) return;
    const before = Number(this.#dayEquity);
    if (before > 0) this.#returns.push(Number(valued.equity) / before - 1);
    this.#dayEquity = valued.equity;
  }

  get drawdown(): Drawdown {
    return this.#drawdown;
  }

  get days(): number {
    return this.#returns.length;
  }

  /** Annualised, of daily returns without interest (Sharpe, 1994); `null` of too few. */
  get sharpe(): number | null {
    const returns = this.#returns;
    if (returns.length < daysMin) return null;
    const mean = returns.reduce((sum, one) => sum + one, 0) / returns.length;
    const squares = returns.reduce((sum, one) => sum + (one - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / (returns.length - 1));
    return deviation === 0 ? null : mean / deviation * Math.sqrt(daysOfYear);
  }
}
