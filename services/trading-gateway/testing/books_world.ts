/** The desk's rules over accounts in memory, and a venue that answers however a test says. */

import { assertEquals } from "@std/assert";
import type { ExecutionReport } from "../../../shared/contracts/messages/executions.ts";
import { type Account, emptyAccount } from "../../../shared/domain/account.ts";
import { applyTransaction } from "../../../shared/domain/books.ts";
import type { AccountCurrency } from "../../../shared/domain/currency.ts";
import { alwaysOpen, TradingHours } from "../../../shared/domain/fx_week.ts";
import type { AccountId, ExecId } from "../../../shared/domain/ids.ts";
import { price, type Symbol } from "../../../shared/domain/instrument.ts";
import { unbalanced } from "../../../shared/domain/ledger.ts";
import { defaultMargin } from "../../../shared/domain/margin.ts";
import type { HedgedMargin, MarginTier } from "../../../shared/domain/margin_rates.ts";
import { micros } from "../../../shared/domain/money.ts";
import { onceKeyOf } from "../../../shared/domain/money_books.ts";
import type { Order } from "../../../shared/domain/orders/order.ts";
import type { PositionRules } from "../../../shared/domain/position.ts";
import { QuoteBook } from "../../../shared/domain/quote.ts";
import { quoteRates } from "../../../shared/domain/rates.ts";
import { defaultTerms } from "../../../shared/domain/terms.ts";
import { epochMs } from "../../../shared/domain/time.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import type { Command } from "../desk/commands.ts";
import { decide } from "../desk/decide.ts";
import { clientOrderKey, type Decision, fillKey, type Market } from "../desk/decision.ts";
import { decideMoney, isMoneyCommand, onceName } from "../desk/decide_money.ts";
import { fromTransactionView, toTransactionView } from "../transactions/transaction_view.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";

export const now = epochMs(Date.UTC(2026, 2, 4, 12));
export const symbols = ["EURUSD", "USDJPY", "GBPUSD", "EURGBP"] as Symbol[];
export const currencies: AccountCurrency[] = ["USD", "EUR", "JPY"];
export const ids = currencies.map((one) => one.toLowerCase() as AccountId);
const starts: Record<string, number> = {
  EURUSD: 116_000,
  USDJPY: 150_000,
  GBPUSD: 134_000,
  EURGBP: 86_500,
};

/** Of one symbol, so that both kinds are met. */
export const tiers: readonly MarginTier[] = [
  { aboveUnits: 0, ratePpm: 33_333 },
  { aboveUnits: 20_000, ratePpm: 50_000 },
  { aboveUnits: 65_000, ratePpm: 200_000 },
];

export class BooksWorld {
  readonly quotes = new QuoteBook();
  readonly market: Market;
  accounts = new Map<AccountId, Account>(ids.map((id) => [id, emptyAccount(id)]));
  readonly views = new Map<AccountId, TransactionView[]>(ids.map((id) => [id, []]));
  readonly #known = {
    byClientOrderId: new Map<string, Order>(),
    bookedFills: new Set<string>(),
    bookedOnce: new Map<string, Transaction>(),
  };
  #sequence = 0;
  steps = 0;

  /** One account in each currency, as the rules say; `hedged` is how legs are margined. */
  constructor(rules: readonly PositionRules[], hedged: HedgedMargin) {
    this.market = {
      now,
      quotes: this.quotes,
      rates: quoteRates(this.quotes),
      hours: new TradingHours(alwaysOpen),
      terms: {
        ...defaultTerms,
        margin: { ...defaultMargin, hedged, tiers: new Map([[symbols[0]!, tiers]]) },
        commissions: [{
          currency: "EUR",
          perLot: micros(3_210_000n),
          perMillion: micros(17_000_000n),
          minimum: micros(500_000n),
        }],
      },
    };
    for (const symbol of symbols) this.quote(symbol, starts[symbol]!);
    for (const [at, accountId] of ids.entries()) {
      const deposit = micros(currencies[at] === "JPY" ? 150_000_000_000n : 1_000_000_000n);
      const currency = currencies[at]!;
      this.run({ kind: "open_account", accountId, currency, deposit, positions: rules[at]! });
    }
  }

  quote(symbol: Symbol, bid: number): void {
    const times = { venueTime: now, receivedTime: now, sequence: ++this.#sequence };
    this.quotes.apply({ symbol, bid: price(bid), ask: price(bid + 9), ...times });
  }

  run(command: Command): Decision {
    const known = this.#known;
    const account = (id: AccountId) => this.accounts.get(id)!;
    const decision = isMoneyCommand(command)
      ? decideMoney(command, { market: this.market, bookedOnce: known.bookedOnce, account })
      : decide(account(command.accountId), command, { market: this.market, known });
    for (const { transaction, postings } of decision.booked) {
      assertEquals(unbalanced(postings), [], transaction.type);
      const { accountId } = transaction;
      this.views.get(accountId)!.push(JSON.parse(JSON.stringify(toTransactionView(transaction))));
      if (transaction.type === "order_filled") known.bookedFills.add(fillKey(transaction));
      const key = onceKeyOf(transaction);
      if (key !== null) known.bookedOnce.set(onceName({ accountId, key }), transaction);
      const order = "orderId" in transaction
        ? account(accountId).orders.get(transaction.orderId)
        : undefined;
      if (order !== undefined) known.byClientOrderId.set(clientOrderKey(order), order);
    }
    return decision;
  }

  /** The venue says something of an order; the same `n` says it again. */
  report(order: Order, n: number, what: VenueWord): void {
    const base = {
      venue: "v",
      execId: `${order.orderId}-${n}` as ExecId,
      accountId: order.accountId,
      orderId: order.orderId,
      symbol: order.symbol,
      time: now,
      text: null,
    };
    const report = { ...base, ...what } as ExecutionReport;
    this.run({ kind: "apply_report", accountId: order.accountId, report });
  }

  /** Forgets the accounts and folds them anew; they must be what they were. */
  restart(): void {
    for (const [id, before] of this.accounts) {
      const after = emptyAccount(id);
      for (const view of this.views.get(id)!) applyTransaction(after, fromTransactionView(view));
      assertEquals(after, before);
      this.accounts.set(id, after);
    }
  }
}

/** A report without what all of them have. */
export type VenueWord = ExecutionReport extends infer One
  ? One extends ExecutionReport
    ? Omit<One, "venue" | "execId" | "accountId" | "orderId" | "symbol" | "time" | "text">
  : never
  : never;
