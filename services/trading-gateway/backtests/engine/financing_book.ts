/** By which rates carry was charged, for how long, and where each of them comes from. */

import type { BacktestFinancing } from "../../../../shared/contracts/http/backtest_report.ts";
import { instrumentOf } from "../../../../shared/domain/instruments.ts";
import { formatMicros, type Micros, micros } from "../../../../shared/domain/money.ts";
import type { FinancingCharged } from "../../../../shared/domain/money_transactions.ts";
import {
  type CurrencyRate,
  financingRuleOf,
  type FinancingTerms,
} from "../../../../shared/domain/settlement/financing.ts";
import { policyRates } from "../../../../shared/domain/settlement/financing_defaults.ts";

/** Rates told apart; of more, the charges are in the sum of the costs alone. */
const ratesMax = 1_000;

interface Used {
  readonly first: FinancingCharged;
  to: string;
  rolls: number;
  days: number;
  amount: Micros;
}

export class FinancingBook {
  readonly #used = new Map<string, Used>();

  take(charged: FinancingCharged): void {
    const { symbol, units, financing, day, days, amount } = charged;
    const rate = financing.kind === "annual" ? financing.ppm : financing.thousandths;
    const key = `${symbol} ${units > 0} ${financing.kind} ${rate}`;
    const used = this.#used.get(key);
    if (used === undefined) {
      if (this.#used.size >= ratesMax) return;
      this.#used.set(key, { first: charged, to: day, rolls: 1, days, amount });
      return;
    }
    used.to = day;
    used.rolls++;
    used.days += days;
    used.amount = micros(used.amount + amount);
  }

  /** In the order they were first charged. */
  view(terms: FinancingTerms): BacktestFinancing[] {
    return [...this.#used.values()].map(({ first, to, rolls, days, amount }) => ({
      symbol: first.symbol,
      side: first.units > 0 ? "long" : "short",
      ...(first.financing.kind === "annual"
        ? { annualRate: perCent(first.financing.ppm) }
        : { swapPoints: String(first.financing.thousandths / 1_000) }),
      from: first.day,
      to,
      rolls,
      days,
      amount: formatMicros(amount),
      origin: originOf(first, terms),
    }));
  }
}

function originOf({ symbol, day }: FinancingCharged, terms: FinancingTerms): string {
  const rule = financingRuleOf(terms, instrumentOf(symbol), day)!;
  if ("symbol" in rule) return `set for ${symbol} since ${rule.since}`;
  const { base, quote } = rule;
  const markup = `markup ${perCent(terms.markupPpm)} %`;
  if (isDefault(base) && isDefault(quote)) {
    return `${deposit(base)} and ${deposit(quote)} (the platform's defaults since ${base.since}, ` +
      `indicative), ${markup}`;
  }
  return `${withSource(base)} and ${withSource(quote)}, ${markup}`;
}

const deposit = ({ currency, ppm }: CurrencyRate): string => `${currency} ${perCent(ppm)} %`;
const withSource = (one: CurrencyRate): string =>
  `${deposit(one)} (${isDefault(one) ? "the platform's default, indicative" : "set"} since ` +
  `${one.since})`;

/** By its value: settings that say the same as the defaults cannot be told from them. */
const isDefault = ({ currency, since, ppm }: CurrencyRate): boolean =>
  policyRates.some((one) => one.currency === currency && one.since === since && one.ppm === ppm);

/** Millionths as per cent, without zeros at the end. */
const perCent = (ppm: number): string => String(ppm / 10_000);
