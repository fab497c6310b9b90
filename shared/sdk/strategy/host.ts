/**
 * Runs one strategy: keeps what its bot can see, and calls it back in order. Whoever owns the host
 * (a live run, a backtest) tells it of prices, time and transactions, and carries out what it asks
 * for; the host knows no clock and no network, so a strategy cannot tell the one from the other.
 */

import type {
  Account,
  Order,
  PlaceOrder,
  PlaceOrderGroup,
  ReplaceOrder,
  Transaction,
} from "../generated/types.gen.ts";
import { acceptanceOf, hasEnded } from "./order_fold.ts";
import { PriceView } from "./price_view.ts";
import type {
  Bot,
  CancelTimer,
  NewOrder,
  Strategy,
  StrategyQuote,
  StrategyRefusal,
} from "./strategy.ts";
import { Timers } from "./timers.ts";

/** What carries out a bot's wishes. None of these may call the host back before it returns. */
export interface StrategyPort {
  account(): Account;
  place(order: PlaceOrder): void;
  placeGroup(group: PlaceOrderGroup): void;
  replace(clientOrderId: string, terms: ReplaceOrder): void;
  cancel(clientOrderId: string): void;
  cancelAll(symbol: string | undefined): void;
  log(text: string): void;
}

export interface HostedSymbol {
  readonly symbol: string;
  readonly pricePrecision: number;
}

export interface StrategyHostOptions {
  readonly strategy: Strategy;
  readonly symbols: readonly HostedSymbol[];
  readonly port: StrategyPort;
  /** Client order ids that the strategy does not choose begin so: different in every run. */
  readonly clientOrderPrefix: string;
  /** What is there before the strategy begins. */
  readonly orders?: readonly Order[];
  readonly positions?: readonly { readonly symbol: string; readonly units: string }[];
  /** The account's last one before that begins; default 0. */
  readonly lastTransactionId?: number;
}

/** Asked for and not yet heard of, under one client order id. */
interface Asked {
  readonly symbol: string;
  times: number;
}

export class StrategyHost implements Bot {
  readonly #strategy: Strategy;
  readonly #port: StrategyPort;
  readonly #prefix: string;
  readonly #views = new Map<string, PriceView>();
  readonly #positions = new Map<string, number>();
  readonly #orders = new Map<string, Order>();
  /** By client order id. */
  readonly #asked = new Map<string, Asked>();
  readonly #timers = new Timers();
  /** Told of every quote, or not at all: decided once. */
  readonly #onQuote: ((quote: StrategyQuote, bot: Bot) => void) | null;
  #now = 0;
  #placed = 0;
  /** The last transaction told. */
  #told: number;

  constructor(options: StrategyHostOptions) {
    const { strategy, symbols } = options;
    this.#strategy = strategy;
    this.#port = options.port;
    this.#prefix = options.clientOrderPrefix;
    this.#onQuote = strategy.onQuote?.bind(strategy) ?? null;
    const barMs = strategy.onBar === undefined ? 0 : strategy.barMs ?? 0;
    for (const { symbol, pricePrecision } of symbols) {
      this.#views.set(symbol, new PriceView(symbol, { pricePrecision, barMs }));
    }
    for (const order of options.orders ?? []) this.#keep(order);
    this.#told = options.lastTransactionId ?? 0;
    for (const { symbol, units } of options.positions ?? []) this.#hold(symbol, Number(units));
  }

  /** Where the owner writes a symbol's new price before it calls {@link moved}. */
  view(symbol: string): PriceView | undefined {
    return this.#views.get(symbol);
  }

  get nextTimerAt(): number {
    return this.#timers.nextAt;
  }

  start(now: number): void {
    this.#now = now;
    this.#strategy.onStart?.(this);
  }

  stop(): void {
    this.#strategy.onStop?.(this);
  }

  /** A symbol has a new price, written into its view. */
  moved(view: PriceView): void {
    const { bar, time } = view;
    this.#now = time;
    if (bar !== null) {
      if (bar.endsBy(time)) this.#strategy.onBar!(bar, this);
      bar.add(time, view.mid);
    }
    if (this.#onQuote !== null) this.#onQuote(view, this);
  }

  /** Rings the first timer that is due by then; whether there was one. */
  ring(time: number): boolean {
    const due = this.#timers.take(time);
    if (due === null) return false;
    this.#now = due.at;
    due.action();
    return true;
  }

  /** The market's time without a price. */
  at(time: number): void {
    if (time > this.#now) this.#now = time;
  }

  /** A transaction of the account, and the order it is about, if any. */
  transaction(transaction: Transaction, order: Order | undefined): void {
    this.#told = transaction.transactionId;
    if (transaction.type === "order_filled") {
      this.#hold(transaction.symbol!, Number(transaction.units));
    }
    if (order === undefined) return;
    this.#asked.delete(order.clientOrderId);
    this.#keep(order);
    this.#strategy.onOrder?.(order, transaction, this);
    if (transaction.type !== "order_filled") return;
    this.#strategy.onFill?.({
      orderId: order.orderId,
      clientOrderId: order.clientOrderId,
      symbol: order.symbol,
      units: Number(transaction.units),
      price: Number(transaction.price),
      transaction,
    }, this);
  }

  refused(refusal: StrategyRefusal): void {
    if (refusal.request === "place") this.#answer(refusal.clientOrderId);
    this.#strategy.onRefusal?.(refusal, this);
  }

  /**
   * The platform took an order. One that was there before, because its client order id and terms
   * are those of an earlier one, has nothing more to tell of its acceptance.
   */
  placed({ orderId, clientOrderId }: Pick<Order, "orderId" | "clientOrderId">): void {
    if (acceptanceOf(orderId) <= this.#told) this.#answer(clientOrderId);
  }

  /** The order's id, where the order is open. */
  openOrderId(clientOrderId: string): string | undefined {
    for (const order of this.#orders.values()) {
      if (order.clientOrderId === clientOrderId) return order.orderId;
    }
    return undefined;
  }

  get now(): number {
    return this.#now;
  }

  get account(): Account {
    return this.#port.account();
  }

  quote(symbol: string): StrategyQuote | undefined {
    const view = this.#views.get(symbol);
    return view === undefined || view.time === 0 ? undefined : view;
  }

  position(symbol: string): number {
    return this.#positions.get(symbol) ?? 0;
  }

  orders(symbol?: string): readonly Order[] {
    const open = [...this.#orders.values()];
    return symbol === undefined ? open : open.filter((order) => order.symbol === symbol);
  }

  isBusy(symbol: string): boolean {
    for (const order of this.#orders.values()) if (order.symbol === symbol) return true;
    for (const asked of this.#asked.values()) if (asked.symbol === symbol) return true;
    return false;
  }

  place(order: NewOrder): string {
    const named = this.#named(order);
    this.#port.place(named);
    return named.clientOrderId;
  }

  placeGroup(type: PlaceOrderGroup["type"], orders: readonly NewOrder[]): string[] {
    const named = orders.map((order) => this.#named(order));
    this.#port.placeGroup({ type, orders: named });
    return named.map((order) => order.clientOrderId);
  }

  replace(clientOrderId: string, terms: ReplaceOrder): void {
    this.#port.replace(clientOrderId, terms);
  }

  cancel(clientOrderId: string): void {
    this.#port.cancel(clientOrderId);
  }

  cancelAll(symbol?: string): void {
    this.#port.cancelAll(symbol);
  }

  price(symbol: string, value: number): string {
    const view = this.#views.get(symbol);
    if (view === undefined) throw new RangeError(`Cannot write a price of ${symbol}: not traded`);
    const decimals = Math.round(Math.log10(view.scale));
    return (Math.round(value * view.scale) / view.scale).toFixed(decimals);
  }

  after(ms: number, action: () => void): CancelTimer {
    return this.#timers.set(this.#now, ms, { action, again: false });
  }

  every(ms: number, action: () => void): CancelTimer {
    return this.#timers.set(this.#now, ms, { action, again: true });
  }

  log(text: string): void {
    this.#port.log(text);
  }

  #named(order: NewOrder): PlaceOrder {
    const clientOrderId = order.clientOrderId ?? `${this.#prefix}${++this.#placed}`;
    const asked = this.#asked.get(clientOrderId);
    if (asked === undefined) this.#asked.set(clientOrderId, { symbol: order.symbol, times: 1 });
    else asked.times++;
    return { ...order, clientOrderId };
  }

  /** One of the askings has had its answer; an acceptance is that of them all. */
  #answer(clientOrderId: string): void {
    const asked = this.#asked.get(clientOrderId);
    if (asked !== undefined && --asked.times === 0) this.#asked.delete(clientOrderId);
  }

  #keep(order: Order): void {
    if (hasEnded(order)) this.#orders.delete(order.orderId);
    else this.#orders.set(order.orderId, order);
  }

  #hold(symbol: string, units: number): void {
    const held = this.position(symbol) + units;
    if (held === 0) this.#positions.delete(symbol);
    else this.#positions.set(symbol, held);
  }
}
