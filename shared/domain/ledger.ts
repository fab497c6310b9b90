/** Double-entry postings: what every transaction did to every book, balancing per currency. */

import type { Commission } from "./commission.ts";
import type { Currency } from "./currency.ts";
import { type Micros, micros, type Rate } from "./money.ts";
import type { Premium } from "./orders/guarantee.ts";

/**
 * `cash` is the client's money. `funding` is the other side of deposits and withdrawals, `trading`
 * of realised profit, `conversion` of both legs of an exchange between currencies, `transfer` of
 * money between accounts, which over both of them comes to zero, `commission` what fills cost,
 * `premium` what guarantees of stops cost, `financing` what rolls do, `protection` of balances that
 * the platform makes good.
 */
export const ledgerBooks = [
  "cash",
  "funding",
  "trading",
  "conversion",
  "transfer",
  "commission",
  "premium",
  "financing",
  "protection",
] as const;
export type LedgerBook = (typeof ledgerBooks)[number];

export interface Posting {
  readonly book: LedgerBook;
  readonly currency: Currency;
  /** Positive adds to the book. */
  readonly amount: Micros;
  /** The rate an exchange between currencies used; on its `conversion` legs only. */
  readonly rate: Rate | null;
}

/** The postings of money coming in or going out (negative). */
export const fundingPostings = (currency: Currency, amount: Micros): Posting[] =>
  cashPostings("funding", currency, amount);

/** The postings of cash that comes out of a book (negative: goes into it), in one currency. */
export const cashPostings = (book: LedgerBook, currency: Currency, amount: Micros): Posting[] => [
  { book: "cash", currency, amount, rate: null },
  { book, currency, amount: micros(-amount), rate: null },
];

/** An amount of one currency that the account's cash is paid for in its own. */
export interface Payment {
  readonly quote: Currency;
  readonly realised: Micros;
  readonly account: Currency;
  readonly paid: Micros;
  readonly rate: Rate;
}

/** The postings of a realised profit (or loss) in the quote currency, paid in the account's. */
export const profitPostings = (profit: Payment): Posting[] => paymentPostings("trading", profit);

/** The postings of a payment out of a book (into it, where negative). */
export function paymentPostings(book: LedgerBook, payment: Payment): Posting[] {
  const { quote, realised, account, paid, rate } = payment;
  if (realised === 0n) return [];
  if (quote === account) {
    return [
      { book: "cash", currency: account, amount: paid, rate: null },
      { book, currency: account, amount: micros(-paid), rate: null },
    ];
  }
  return [
    { book, currency: quote, amount: micros(-realised), rate: null },
    { book: "conversion", currency: quote, amount: realised, rate },
    { book: "conversion", currency: account, amount: micros(-paid), rate },
    { book: "cash", currency: account, amount: paid, rate: null },
  ];
}

/** The postings of a fill's commission. */
export const commissionPostings = (account: Currency, commission: Commission): Posting[] =>
  paymentPostings("commission", {
    quote: commission.currency,
    realised: micros(-commission.amount),
    account,
    paid: micros(-commission.charged),
    rate: commission.rate,
  });

/** The postings of what a fill of a guaranteed stop is charged, in the fill's two currencies. */
export const premiumPostings = (fill: PremiumFill): Posting[] =>
  paymentPostings("premium", {
    quote: fill.quote,
    realised: micros(-fill.premium.amount),
    account: fill.account,
    paid: micros(-fill.premium.charged),
    rate: fill.rate,
  });

interface PremiumFill extends Pick<Payment, "quote" | "account" | "rate"> {
  readonly premium: Premium;
}

/** The currencies whose postings do not sum to zero; empty when the books balance. */
export function unbalanced(postings: Iterable<Posting>): Currency[] {
  const sums = new Map<Currency, bigint>();
  for (const { currency, amount } of postings) {
    sums.set(currency, (sums.get(currency) ?? 0n) + amount);
  }
  return [...sums].filter(([, sum]) => sum !== 0n).map(([currency]) => currency);
}
