/** What a run is remembered by: a fold of its transactions, bounded however long it is. */

import { createHash } from "node:crypto";
import { type Micros, micros, zeroMicros } from "../../../../shared/domain/money.ts";
import type { QuoteBook } from "../../../../shared/domain/quote.ts";
import { toTransactionView } from "../../transactions/transaction_view.ts";
import type { TransactionView } from "../../../../shared/contracts/http/trading.ts";
import { CostBook } from "./costs.ts";
import { FinancingBook } from "./financing_book.ts";
import type { Happened } from "./paper_desk.ts";
import { type Extremes, profitOf, type Trade, TradeBook } from "./trades.ts";

/** Trades kept whole; beyond, they are counted. */
const keptMax = 10_000;
const logLinesMax = 1_000;
const logLineMax = 1_000;

export class Findings {
  readonly trades: Trade[] = [];
  readonly financing = new FinancingBook();
  readonly log: string[] = [];
  readonly refusals = new Map<string, number>();
  readonly sums = {
    spread: zeroMicros,
    slippage: zeroMicros,
    commission: zeroMicros,
    carry: zeroMicros,
    /** Balances below zero that were made good. */
    protection: zeroMicros,
    won: zeroMicros,
    lost: zeroMicros,
    largestWin: zeroMicros,
    largestLoss: zeroMicros,
  };
  readonly counts = { orders: 0, refused: 0, fills: 0, trades: 0, wins: 0, losses: 0 };
  /** Milliseconds that closed trades were open, in all. */
  tradeMs = 0;
  readonly #digest = createHash("sha256");
  readonly #costs = new CostBook();
  readonly #book = new TradeBook((trade) => this.#close(trade));

  /** Takes a transaction as it is booked; its text, which is what the digest is over. */
  take(happened: Happened, by: { quotes: QuoteBook; extremes: Extremes | null }): TransactionView {
    const { transaction } = happened;
    const costs = this.#costs.take(happened, by.quotes);
    if (transaction.type === "order_accepted") this.counts.orders++;
    if (transaction.type === "order_rejected") this.counts.refused++;
    if (transaction.type === "financing_charged") {
      this.sums.carry = micros(this.sums.carry + transaction.amount);
      this.#book.charge(transaction);
      this.financing.take(transaction);
    }
    if (transaction.type === "balance_adjusted") {
      this.sums.protection = micros(this.sums.protection + transaction.amount);
    }
    if (transaction.type === "order_filled" && costs !== null) {
      this.counts.fills++;
      for (const name of ["spread", "slippage", "commission"] as const) {
        this.sums[name] = micros(this.sums[name] + costs[name]);
      }
      this.#book.take(transaction, costs, by.extremes!);
    }
    const view = toTransactionView(transaction);
    this.#digest.update(JSON.stringify(view) + "\n");
    return view;
  }

  refuse(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  say(text: string): void {
    if (this.log.length < logLinesMax) this.log.push(text.slice(0, logLineMax));
  }

  openTrades(): readonly Trade[] {
    return this.#book.open();
  }

  digest(): string {
    return this.#digest.copy().digest("hex");
  }

  #close(trade: Trade): void {
    const profit: Micros = profitOf(trade);
    const { counts, sums } = this;
    counts.trades++;
    this.tradeMs += trade.closedAt! - trade.openedAt;
    if (profit > 0n) {
      counts.wins++;
      sums.won = micros(sums.won + profit);
      if (profit > sums.largestWin) sums.largestWin = profit;
    } else if (profit < 0n) {
      counts.losses++;
      sums.lost = micros(sums.lost + profit);
      if (profit < sums.largestLoss) sums.largestLoss = profit;
    }
    if (this.trades.length < keptMax) this.trades.push(trade);
  }
}
