/**
 * The desk's rules and the venue's engine face to face, in memory: every command to the venue and
 * every report of it may wait, so that they cross.
 */

import { assert } from "@std/assert";
import type { ExecutionReport } from "../../../shared/contracts/messages/executions.ts";
import {
  fromReplaceData,
  fromSubmittedData,
  toReplaceData,
  toSubmittedData,
} from "../../../shared/contracts/messages/orders.ts";
import { emptyAccount } from "../../../shared/domain/account.ts";
import { tradingHours } from "../../../shared/domain/fx_week.ts";
import { netUnits } from "../../../shared/domain/holdings.ts";
import type { AccountId } from "../../../shared/domain/ids.ts";
import { price, type Symbol } from "../../../shared/domain/instrument.ts";
import { micros } from "../../../shared/domain/money.ts";
import { isOpen, type Order, type OrderGroupType } from "../../../shared/domain/orders/order.ts";
import {
  type OrderRequest,
  type ReadOrder,
  readOrder,
} from "../../../shared/domain/orders/read_order.ts";
import { defaultPositions } from "../../../shared/domain/position.ts";
import { QuoteBook } from "../../../shared/domain/quote.ts";
import { quoteRates } from "../../../shared/domain/rates.ts";
import { defaultTerms } from "../../../shared/domain/terms.ts";
import { type EpochMs, epochMs } from "../../../shared/domain/time.ts";
import type { Transaction } from "../../../shared/domain/transaction.ts";
import { createFillEngine } from "../../../shared/venues/fill_engine.ts";
import type { EngineEffects } from "../../../shared/venues/venue.ts";
import type { Command } from "../desk/commands.ts";
import { decide } from "../desk/decide.ts";
import { clientOrderKey, type Decision, fillKey, type Market } from "../desk/decision.ts";
import { decideMoney, isMoneyCommand } from "../desk/decide_money.ts";

export const latencyMsMax = 20;
const start = epochMs(Date.UTC(2026, 0, 7, 12));
export const accountId = "demo" as AccountId;
export const read = (request: OrderRequest): ReadOrder => {
  const one = readOrder(request);
  if (typeof one === "string") throw new Error(one);
  return one;
};

export class World {
  readonly account = emptyAccount(accountId);
  readonly transactions: Transaction[] = [];
  readonly #quotes = new QuoteBook();
  readonly #engine;
  readonly #known = { byClientOrderId: new Map<string, Order>(), bookedFills: new Set<string>() };
  readonly #toVenue: (() => EngineEffects)[] = [];
  readonly #toDesk: ExecutionReport[] = [];
  #now: EpochMs = start;
  #sequence = 0;

  constructor(
    {
      partialShare = 0,
      latencyMs = 0,
      deposit = micros(1_000_000_000_000n),
      positions = defaultPositions,
    } = {},
  ) {
    this.#engine = createFillEngine({
      name: "simulator",
      seed: "seed",
      hours: tradingHours("always"),
      partialShare,
      latencyMs,
    });
    this.do({ kind: "open_account", accountId, currency: "USD", deposit, positions });
    this.quote(100_000);
    this.quote(150_000, "USDJPY");
  }

  get market(): Market {
    return {
      now: this.#now,
      quotes: this.#quotes,
      rates: quoteRates(this.#quotes),
      hours: tradingHours("always"),
      terms: defaultTerms,
    };
  }

  do(command: Command): Decision {
    const { account, market } = this;
    const decision = isMoneyCommand(command)
      ? decideMoney(command, { market, bookedOnce: new Map(), account: () => account })
      : decide(account, command, { market, known: this.#known });
    for (const { transaction } of decision.booked) {
      this.transactions.push(transaction);
      if ("orderId" in transaction) this.#tell(transaction);
      if (transaction.type === "order_filled") this.#known.bookedFills.add(fillKey(transaction));
    }
    for (const order of account.orders.values()) {
      this.#known.byClientOrderId.set(clientOrderKey(order), order);
    }
    return decision;
  }

  place(over: Partial<OrderRequest>): Order {
    const request = { clientOrderId: `c${this.transactions.length}`, ...entry, ...over };
    const { outcome } = this.do({ kind: "place_order", accountId, ...read(request) });
    assert(outcome.ok && outcome.order !== null, JSON.stringify(outcome, (_, v) => String(v)));
    return outcome.order;
  }

  group(type: OrderGroupType, orders: readonly Partial<OrderRequest>[]): Decision["outcome"] {
    return this.do({
      kind: "place_group",
      accountId,
      type,
      orders: orders.map((over, at) => read({ clientOrderId: `g${at}`, ...entry, ...over })),
    }).outcome;
  }

  /** What the venue must do because of a transaction, on its way there. */
  #tell(transaction: Transaction & { orderId: Order["orderId"] }): void {
    const order = this.account.orders.get(transaction.orderId)!;
    const { orderId } = order;
    const submits = (transaction.type === "order_accepted" && !transaction.held) ||
      transaction.type === "order_released";
    if (submits) {
      const data = toSubmittedData(order);
      this.#toVenue.push(() => this.#engine.submit(fromSubmittedData(data), this.#now));
    } else if (transaction.type === "order_replace_requested") {
      const data = toReplaceData(order, transaction.replacement, this.#now);
      this.#toVenue.push(() => this.#engine.replace(orderId, fromReplaceData(data), this.#now));
    } else if (transaction.type === "order_cancel_requested") {
      this.#toVenue.push(() => this.#engine.cancel(orderId, this.#now));
    }
  }

  quote(bid: number, symbol = "EURUSD"): void {
    this.#now = epochMs(this.#now + 1);
    const quote = {
      symbol: symbol as Symbol,
      bid: price(bid),
      ask: price(bid + 10),
      venueTime: this.#now,
      receivedTime: this.#now,
      sequence: ++this.#sequence,
    };
    this.#quotes.apply(quote);
    this.#toDesk.push(...this.#engine.quotes([quote], this.#now).reports);
  }

  /** Delivers at most so much of what is on its way, each way in order. */
  deliver(most = Infinity): void {
    for (let n = 0; n < most && this.#toVenue.length + this.#toDesk.length > 0; n++) {
      const command = this.#toVenue.shift();
      if (command !== undefined) this.#toDesk.push(...command().reports);
      const report = this.#toDesk.shift();
      if (report !== undefined) this.do({ kind: "apply_report", accountId, report });
    }
  }

  /** Lets the time pass that orders are on their way within the venue. */
  wait(ms: number): void {
    this.#now = epochMs(this.#now + ms);
    this.#toDesk.push(...this.#engine.advance(this.#now, this.#now).reports);
  }

  /** Delivers all, and what follows from it, until nothing is on its way. */
  settle(): void {
    const { length } = this.transactions;
    this.deliver();
    this.wait(latencyMsMax);
    if (this.#toDesk.length > 0 || this.transactions.length > length) this.settle();
  }

  move(bid: number): void {
    this.quote(bid);
    this.deliver();
  }

  exits(): [string, number, string][] {
    return [...this.account.orders.values()].filter((one) => one.positionFill === "reduce_only")
      .map((one) => [one.type, one.units, one.status]);
  }

  open = (): Order[] => [...this.account.orders.values()].filter(({ status }) => isOpen(status));

  statuses = (): string[] => [...this.account.orders.values()].map((one) => one.status);
  get position(): number {
    return netUnits(this.account, "EURUSD" as Symbol);
  }
}

export const entry = {
  symbol: "EURUSD",
  side: "buy",
  type: "limit",
  units: "10000",
  price: "0.99990",
} as const;

export const exits = {
  takeProfitOnFill: { price: "1.00500" },
  stopLossOnFill: { distance: "0.00300" },
  trailingStopLossOnFill: { distance: "0.00400" },
};

export const guarded = { guaranteedStopLossOnFill: { price: "0.99700" } };
export const stopIn = (world: World) =>
  [...world.account.orders.values()].find((one) => one.guaranteedPremium !== null)!;
