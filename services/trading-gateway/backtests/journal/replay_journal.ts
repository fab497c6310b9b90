/**
 * Replays a session: what its client asked for goes through the order check, the desk's rules, the
 * books and the simulated venue once more, over the recorded prices and on their clock. With nothing
 * changed the replay books what was recorded.
 *
 * The recording says when each thing was done and which prices were known then. Everything else is
 * worked out anew: whether an order is accepted, what follows from a fill, when and at which price an
 * order trades, what that makes of positions, cash, margin and carry.
 */

import type { ExecutionReport } from "../../../../shared/contracts/messages/executions.ts";
import type { Account } from "../../../../shared/domain/account.ts";
import type { TradingHours } from "../../../../shared/domain/fx_week.ts";
import { type OrderId, orderIdOf, type TransactionId } from "../../../../shared/domain/ids.ts";
import type { FinancingCharged } from "../../../../shared/domain/money_transactions.ts";
import { quoteRates } from "../../../../shared/domain/rates.ts";
import { ValueDates } from "../../../../shared/domain/settlement/value_date.ts";
import type { TradingTerms } from "../../../../shared/domain/terms.ts";
import type { EpochMs } from "../../../../shared/domain/time.ts";
import type { Transaction } from "../../../../shared/domain/transaction.ts";
import { forgetEndedOrders } from "../../desk/books_store.ts";
import type { Command } from "../../desk/commands.ts";
import { book, type Booked, type Unnumbered } from "../../desk/decision.ts";
import { venueCommandOf } from "../../desk/venue_command.ts";
import { chargeOf } from "../../financing/charge_of.ts";
import { MemoryDesk } from "../engine/memory_desk.ts";
import { BacktestFailed, type FillSettings } from "../engine/settings.ts";
import { type Batch, batchesOf, type OrderTransaction } from "./batches.ts";
import { commandOf } from "./command_of.ts";
import { OrderNames } from "./order_names.ts";
import { KnownPrices, type RecordedPrices } from "./recorded_prices.ts";
import { ReplayedVenue } from "./replayed_venue.ts";

export interface ReplaySettings {
  readonly seed: string;
  readonly hours: TradingHours;
  readonly fills: FillSettings;
  readonly terms: TradingTerms;
}

export interface Session {
  /** As it stood before the transactions, without open orders. It is moved on. */
  readonly account: Account;
  /** What was recorded from there on. */
  readonly transactions: readonly Transaction[];
  readonly prices: RecordedPrices;
}

/** What the account would have booked. @throws BacktestFailed for a journal from before the marks. */
export function replayJournal(session: Session, settings: ReplaySettings): Transaction[] {
  return new Replay(session, settings).run();
}

class Replay {
  readonly #settings: ReplaySettings;
  readonly #desk: MemoryDesk;
  readonly #batches: readonly Batch[];
  readonly #prices: KnownPrices;
  readonly #venue: ReplayedVenue;
  readonly #values = new ValueDates();
  readonly #recorded = new OrderNames();
  readonly #replayed = new OrderNames();
  readonly #booked: Transaction[] = [];
  readonly #sentAt = new Map<OrderId, EpochMs>();
  /** Recorded reports still to come, by order and moment. */
  readonly #ahead = new Map<string, number>();

  constructor({ account, transactions, prices }: Session, settings: ReplaySettings) {
    this.#settings = settings;
    this.#desk = new MemoryDesk(account);
    this.#batches = batchesOf(transactions);
    const rolls = transactions.filter((one) => one.type === "financing_charged");
    this.#prices = new KnownPrices(prices, rolls.flatMap((one) => one.decidedOn?.quotedAt ?? []));
    this.#venue = new ReplayedVenue(prices, settings);
    for (const one of transactions) {
      this.#recorded.take(one);
      if ("sentAt" in one && one.sentAt !== undefined) this.#sentAt.set(one.orderId, one.sentAt);
    }
    for (const { report, first: { decidedOn } } of this.#batches) {
      if (report === null) continue;
      if (decidedOn === undefined) {
        throw new BacktestFailed(
          `Transaction ${report.transactionId} does not say on which prices it was booked: it is ` +
            "from before that was kept. Begin behind it",
        );
      }
      this.#expect(report, 1);
    }
  }

  run(): Transaction[] {
    for (const batch of this.#batches) {
      if (batch.report !== null) this.#report(batch, batch.report);
      else this.#command(batch);
      forgetEndedOrders(this.#desk.account);
    }
    this.#takeUnexpected(this.#venue.reports.length);
    return this.#booked;
  }

  #command(batch: Batch): void {
    const { first } = batch;
    if (first.type === "financing_charged" && first.correction === undefined) {
      return this.#roll(first);
    }
    const { account } = this.#desk;
    const orderIdOf = (recorded: OrderId) => this.#replayedId(recorded);
    const command = commandOf(batch, { account, orderIdOf });
    if (command !== null) this.#do(command, first);
    else for (const one of batch.transactions) this.#takeAsRecorded(one);
  }

  /** What was held over the day's end is as recorded; what it is charged is worked out. */
  #roll(recorded: FinancingCharged): void {
    const { accountId, symbol, units, day, time, decidedOn } = recorded;
    const { terms, hours } = this.#settings;
    const quotes = this.#prices.bookAt(decidedOn?.quotedAt ?? time);
    const by = { terms: terms.financing, values: this.#values, calendar: hours.calendar };
    const held = { accountId, symbol, leg: recorded.leg ?? "net" as const, units };
    const charge = chargeOf(held, { day, endedAt: time, quotes }, by);
    if (charge !== null && typeof charge !== "string") this.#do(charge, recorded);
  }

  #do(command: Command, { time: now, decidedOn }: Pick<Transaction, "time" | "decidedOn">): void {
    const { hours, terms } = this.#settings;
    // A roll is decided on the prices of its day, which it brings along.
    if (command.kind !== "charge_financing") this.#prices.show(decidedOn, now);
    const { book: quotes } = this.#prices;
    const market = { now, quotes, rates: quoteRates(quotes), hours, terms };
    const { booked } = this.#desk.decide(command, market);
    for (const one of booked) this.#follow(one);
  }

  #follow({ transaction, order }: Booked): void {
    this.#booked.push(transaction);
    this.#replayed.take(transaction);
    const command = order === undefined ? null : venueCommandOf(transaction, order);
    if (command === null) return;
    const recorded = this.#recorded.idOf(this.#replayed.of(command.order.orderId));
    this.#venue.hear(command, recorded === undefined ? undefined : this.#sentAt.get(recorded));
  }

  #report(batch: Batch, recorded: OrderTransaction): void {
    const orderId = this.#replayedId(recorded.orderId);
    const isIt = (one: ExecutionReport) => one.orderId === orderId;
    this.#takeUnexpected(this.#venue.reports.length);
    this.#expect(recorded, -1);
    if (!this.#venue.reports.some(isIt)) {
      this.#venue.reach({ orderId, recorded, mark: batch.first.reportedOn });
    }
    const at = this.#venue.reports.findIndex(isIt);
    this.#takeUnexpected(at < 0 ? this.#venue.reports.length : at);
    // Some say what is known already, as the receipt of an order that is being canceled.
    for (let report = this.#venue.reports.find(isIt); report !== undefined;) {
      if (this.#apply(report, batch.first)) return;
      report = this.#venue.reports.find(isIt);
    }
  }

  /** Whether it led to anything. */
  #apply(report: ExecutionReport, decided: Pick<Transaction, "decidedOn">): boolean {
    const { reports } = this.#venue;
    reports.splice(reports.indexOf(report), 1);
    const { accountId, time } = report;
    const before = this.#booked.length;
    this.#do({ kind: "apply_report", accountId, report }, { ...decided, time });
    return this.#booked.length > before;
  }

  /** Books what of the first reports the recording has no word of. */
  #takeUnexpected(count: number): void {
    for (const report of this.#venue.reports.slice(0, count)) {
      const key = `${this.#replayed.of(report.orderId)} ${report.time}`;
      if ((this.#ahead.get(key) ?? 0) > 0) continue;
      this.#apply(report, {});
    }
  }

  #expect({ orderId, time }: OrderTransaction, by: 1 | -1): void {
    const key = `${this.#recorded.of(orderId)} ${time}`;
    this.#ahead.set(key, (this.#ahead.get(key) ?? 0) + by);
  }

  #replayedId(recorded: OrderId): OrderId {
    return this.#replayed.idOf(this.#recorded.of(recorded)) ?? recorded;
  }

  #takeAsRecorded(one: Transaction): void {
    const { account } = this.#desk;
    const { accountId: _, transactionId: __, time, ...change } = one;
    const next = (account.lastTransactionId + 1) as TransactionId;
    const numbered = "orderId" in change
      ? { ...change, orderId: orderIdOf(account.accountId, next) }
      : change;
    this.#follow(book(account, time, numbered as Unnumbered<Transaction>));
  }
}
