/** Charges what is held at each 17:00 New York, by the rule that charges it live. */

import { fxDayEnd, fxDayOf } from "../../../../shared/domain/fx_week.ts";
import { legOf } from "../../../../shared/domain/position.ts";
import type { FinancingTerms } from "../../../../shared/domain/settlement/financing.ts";
import { tradingDayAfter, ValueDates } from "../../../../shared/domain/settlement/value_date.ts";
import { type EpochMs, epochMs } from "../../../../shared/domain/time.ts";
import { chargeOf } from "../../financing/charge_of.ts";
import type { Uncharged } from "./findings.ts";
import type { PaperDesk } from "./paper_desk.ts";

export class Carry {
  readonly #terms: FinancingTerms;
  readonly #desk: PaperDesk;
  readonly #values = new ValueDates();
  /** The FX day that ends next. */
  #day = Temporal.PlainDate.from("1970-01-01");
  #nextAt = Infinity;

  constructor(terms: FinancingTerms, desk: PaperDesk) {
    this.#terms = terms;
    this.#desk = desk;
  }

  /** When the day at hand ends. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** The first day is the first trading day that has not ended at a moment. */
  begin(now: EpochMs): void {
    this.#await(fxDayOf(now).subtract({ days: 1 }));
  }

  /** Charges every position for the day that has ended; what could not be, and why. */
  charge(now: number): Uncharged[] {
    const { account, market, quotes } = this.#desk;
    const day = this.#day.toString();
    const by = { terms: this.#terms, values: this.#values, calendar: market.hours.calendar };
    const missed: Uncharged[] = [];
    for (const { symbol, units } of account.positions.values()) {
      const leg = legOf(account.positionMode, units);
      const held = { accountId: account.accountId, symbol, leg, units };
      const charge = chargeOf(held, { day, endedAt: epochMs(now), quotes }, by);
      if (charge === null) continue;
      if (typeof charge === "string") missed.push({ day, symbol, fault: charge });
      else if (!this.#desk.do(charge).ok) {
        missed.push({ day, symbol, fault: "conversion_rate_missing" });
      }
    }
    this.#await(this.#day);
    return missed;
  }

  #await(after: Temporal.PlainDate): void {
    this.#day = tradingDayAfter(after, this.#desk.market.hours.calendar);
    this.#nextAt = fxDayEnd(this.#day);
  }
}
