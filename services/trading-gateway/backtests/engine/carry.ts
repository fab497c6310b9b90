/**
 * Charges what is held at each 17:00 New York, by the rule that charges it live. What cannot be
 * charged ends the run: a result without its carry would be a wrong one.
 */

import { fxDayEnd, fxDayOf } from "../../../../shared/domain/fx_week.ts";
import type { Symbol } from "../../../../shared/domain/instrument.ts";
import { legOf } from "../../../../shared/domain/position.ts";
import type {
  FinancingFault,
  FinancingTerms,
} from "../../../../shared/domain/settlement/financing.ts";
import { tradingDayAfter, ValueDates } from "../../../../shared/domain/settlement/value_date.ts";
import { type EpochMs, epochMs } from "../../../../shared/domain/time.ts";
import { chargeOf } from "../../financing/charge_of.ts";
import type { PaperDesk } from "./paper_desk.ts";
import { BacktestFailed } from "./settings.ts";

const wayOut = "Ask for carry none (--carry none), or set what is missing in terms.financing";

const faultWords: Readonly<Record<FinancingFault, string>> = {
  financing_rate_missing: "no financing rate is set for that day",
  holidays_unknown: "the holidays of that year are not known",
  quote_missing: "it has no price",
  conversion_rate_missing: "no price converts the charge to the account's currency",
};

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

  /** Charges every position for the day that has ended. @throws BacktestFailed where it cannot */
  charge(now: number): void {
    const { account, market, quotes } = this.#desk;
    const day = this.#day.toString();
    const by = { terms: this.#terms, values: this.#values, calendar: market.hours.calendar };
    for (const { symbol, units } of account.positions.values()) {
      const leg = legOf(account.positionMode, units);
      const held = { accountId: account.accountId, symbol, leg, units };
      const charge = chargeOf(held, { day, endedAt: epochMs(now), quotes }, by);
      if (charge === null) continue;
      const fault = typeof charge === "string"
        ? charge
        : this.#desk.do(charge).ok
        ? null
        : "conversion_rate_missing";
      if (fault !== null) throw uncharged(symbol, day, fault);
    }
    this.#await(this.#day);
  }

  #await(after: Temporal.PlainDate): void {
    this.#day = tradingDayAfter(after, this.#desk.market.hours.calendar);
    this.#nextAt = fxDayEnd(this.#day);
  }
}

const uncharged = (symbol: Symbol, day: string, fault: FinancingFault): BacktestFailed =>
  new BacktestFailed(
    `Cannot charge carry: ${symbol} is held over 17:00 New York of ${day}, and ` +
      `${faultWords[fault]}. ${wayOut}`,
  );
