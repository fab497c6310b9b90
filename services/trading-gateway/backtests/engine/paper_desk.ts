/**
 * The desk's rules and the simulated venue face to face, in memory: one account, no store, no
 * streams, and whatever one tells the other arrives at once.
 */

import type { ExecutionReport } from "../../../../shared/contracts/messages/executions.ts";
import { type Account, emptyAccount } from "../../../../shared/domain/account.ts";
import { tradingHours } from "../../../../shared/domain/fx_week.ts";
import type { AccountId, OrderId } from "../../../../shared/domain/ids.ts";
import type { Order } from "../../../../shared/domain/orders/order.ts";
import { type Quote, QuoteBook } from "../../../../shared/domain/quote.ts";
import { quoteRates } from "../../../../shared/domain/rates.ts";
import { type EpochMs, epochMs } from "../../../../shared/domain/time.ts";
import type { Transaction } from "../../../../shared/domain/transaction.ts";
import { createFillEngine } from "../../../../shared/venues/fill_engine.ts";
import type { EngineEffects, FillEngine, HeldOrder } from "../../../../shared/venues/venue.ts";
import { forgetEndedOrders } from "../../desk/books_store.ts";
import type { Command, Outcome } from "../../desk/commands.ts";
import type { Booked, Market } from "../../desk/decision.ts";
import { type VenueCommand, venueCommandOf } from "../../desk/venue_command.ts";
import { carryOut } from "./carry_out.ts";
import { MemoryDesk } from "./memory_desk.ts";
import { BacktestFailed, type BacktestSettings } from "./settings.ts";

/** A transaction, with the order it is about as it then stood. */
export interface Happened {
  readonly transaction: Transaction;
  readonly order: Order | undefined;
}

/** Words between desk and venue at one moment at most. */
const wordsMax = 100_000;

/** The simulated venue, as it names itself live. */
const venueName = "simulator";

export class PaperDesk {
  readonly account: Account;
  readonly quotes = new QuoteBook();
  /** Rises with every change of the account or of what the venue holds. */
  version = 0;
  /** Orders the venue holds. */
  readonly held = new Map<OrderId, HeldOrder>();
  readonly #engine: FillEngine;
  readonly #market: Omit<Market, "now">;
  readonly #desk: MemoryDesk;
  readonly #onBooked: (happened: Happened) => void;
  #toVenue: VenueCommand[] = [];
  #toDesk: ExecutionReport[] = [];
  #now: EpochMs = epochMs(0);
  #heardAt: EpochMs = epochMs(0);

  /** `onBooked` hears every transaction in order, and may not call back. */
  constructor(
    settings: Pick<BacktestSettings, "seed" | "hours" | "fills" | "terms">,
    accountId: AccountId,
    onBooked: (happened: Happened) => void,
  ) {
    const { seed, fills, terms } = settings;
    const hours = tradingHours(settings.hours);
    this.account = emptyAccount(accountId);
    this.#desk = new MemoryDesk(this.account);
    this.#onBooked = onBooked;
    this.#engine = createFillEngine({ name: venueName, seed, hours, ...fills });
    this.#market = { quotes: this.quotes, rates: quoteRates(this.quotes), hours, terms };
  }

  get now(): EpochMs {
    return this.#now;
  }

  get market(): Market {
    return { ...this.#market, now: this.#now };
  }

  /** When the venue next does something without a price. */
  get nextDueAt(): number {
    return this.#engine.nextDueAt();
  }

  orderOf(clientOrderId: string): Order | undefined {
    return this.#desk.orderOf(clientOrderId);
  }

  /** It is `now`, and the venue was last heard at `heardAt`. */
  at(now: EpochMs, heardAt: EpochMs): void {
    this.#now = now;
    this.#heardAt = heardAt;
    this.quotes.heard(heardAt);
  }

  /** What is due by now at the venue happens. */
  advance(): void {
    this.#take(this.#engine.advance(this.#now, this.#heardAt));
  }

  /** New prices, oldest first. They came before what is due now, so they meet none of it. */
  price(quotes: readonly Quote[]): void {
    for (const quote of quotes) this.quotes.apply(quote);
    this.#take(this.#engine.quotes(quotes, quotes.at(-1)?.receivedTime ?? this.#now));
  }

  /** Decides a command; what follows waits for {@link settle}. */
  do(command: Command): Outcome {
    const decision = this.#desk.decide(command, this.market);
    for (const booked of decision.booked) this.#follow(booked);
    return decision.outcome;
  }

  /** Carries words between desk and venue until neither has one; whether there were any. */
  settle(): boolean {
    let words = 0;
    while (this.#toVenue.length + this.#toDesk.length > 0) {
      const commands = this.#toVenue;
      const reports = this.#toDesk;
      this.#toVenue = [];
      this.#toDesk = [];
      for (const command of commands) this.#take(carryOut(this.#engine, command, this.#now));
      for (const report of reports) {
        this.do({ kind: "apply_report", accountId: report.accountId, report });
      }
      words += commands.length + reports.length;
      if (words > wordsMax) throw new BacktestFailed("Orders follow from orders without end");
    }
    if (words > 0) forgetEndedOrders(this.account);
    return words > 0;
  }

  #follow({ transaction, order }: Booked): void {
    this.version++;
    const command = order === undefined ? null : venueCommandOf(transaction, order);
    if (command !== null) this.#toVenue.push(command);
    this.#onBooked({ transaction, order });
  }

  #take({ reports, changes }: EngineEffects): void {
    for (const report of reports) this.#toDesk.push(report);
    for (const [orderId, held] of changes) {
      this.version++;
      if (held === null) this.held.delete(orderId);
      else this.held.set(orderId, held);
    }
  }
}
