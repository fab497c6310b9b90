/** How fast orders are sent, by an account or all of a level: a token bucket, and a memory of what it sent last. */

import type { OrderTerms } from "../orders/order.ts";
import type { EpochMs } from "../time.ts";
import { burstFor, burstOf, type RiskLimits, type TotalLimits } from "./limits.ts";

/** Orders remembered an account; a window in which more are taken forgets the oldest. */
const rememberedMax = 64;

export interface PaceLimits {
  readonly perSecond: number;
  readonly burst: number;
}

/** `null` without a limit of the rate. */
export function paceOf(limits: RiskLimits): PaceLimits | null {
  const { ordersPerSecondMax: perSecond } = limits;
  return perSecond === null ? null : { perSecond, burst: burstOf(limits)! };
}

/** The same of all accounts of a level together. */
export const totalPaceOf = (
  { totalOrdersPerSecondMax: perSecond, totalOrderBurstMax: burst }: TotalLimits,
): PaceLimits | null =>
  perSecond === null ? null : { perSecond, burst: burst ?? burstFor(perSecond) };

interface Remembered {
  readonly terms: OrderTerms;
  readonly at: EpochMs;
}

/**
 * Of one account or level. What its clients asked for and got counts, each order and each replace once: neither
 * a refused one, nor a repeat, nor what the platform does by itself. Kept in memory only: a restart
 * begins with a full bucket and no memory.
 */
export class OrderPace {
  /** What was spent and has not come back; may exceed the burst by the rest of a group. */
  #spent = 0;
  #at = 0;
  readonly #remembered: Remembered[] = [];
  #next = 0;

  admits(count: number, pace: PaceLimits, now: EpochMs): boolean {
    return this.#spentAt(now, pace) + count <= pace.burst;
  }

  /**
   * An order was taken, or a replace (`terms` null). `pace` is `null` where nothing is counted. The
   * function it answers takes that back; of several the last spent goes first.
   */
  spend(terms: OrderTerms | null, pace: PaceLimits | null, now: EpochMs): () => void {
    const before = { spent: this.#spent, at: this.#at, next: this.#next };
    const forgotten = this.#remembered[this.#next];
    if (pace !== null) {
      this.#spent = this.#spentAt(now, pace) + 1;
      this.#at = now;
    }
    if (terms !== null) {
      this.#remembered[this.#next] = { terms, at: now };
      this.#next = (this.#next + 1) % rememberedMax;
    }
    return () => {
      this.#spent = before.spent;
      this.#at = before.at;
      this.#next = before.next;
      if (terms === null) return;
      if (forgotten === undefined) this.#remembered.length = before.next;
      else this.#remembered[before.next] = forgotten;
    };
  }

  /** Whether symbol, side, size and type are those of another order taken within the time. */
  repeats(terms: OrderTerms, withinMs: number, now: EpochMs): boolean {
    for (const { terms: one, at } of this.#remembered) {
      if (
        now - at < withinMs && one.symbol === terms.symbol && one.side === terms.side &&
        one.units === terms.units && one.type === terms.type &&
        one.clientOrderId !== terms.clientOrderId
      ) return true;
    }
    return false;
  }

  #spentAt(now: EpochMs, { perSecond }: PaceLimits): number {
    const back = Math.max(0, now - this.#at) * perSecond / 1_000;
    return Math.max(0, this.#spent - back);
  }
}
