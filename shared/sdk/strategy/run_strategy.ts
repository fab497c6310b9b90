/** Runs a strategy on a live account: prices and what happens to it from the feed, orders over HTTP. */

import type { FeedClient } from "../feed.ts";
import type { FeedQuote } from "../feed_frames.ts";
import type {
  Account,
  Order,
  PlaceOrder,
  PlaceOrderGroup,
  ReplaceOrder,
  Transaction,
} from "../generated/types.gen.ts";
import { SpotwireProblem } from "../problem.ts";
import type { Spotwire } from "../spotwire_api.ts";
import { AccountFold } from "./account_fold.ts";
import { deferred } from "./deferred.ts";
import { followAccount, type FollowedAccount, recallOrder } from "./follow_account.ts";
import { StrategyHost, type StrategyPort } from "./host.ts";
import { OrderFold } from "./order_fold.ts";
import type { Strategy, StrategyRefusal } from "./strategy.ts";

export interface RunStrategyOptions {
  readonly spotwire: Spotwire;
  readonly accountId: string;
  readonly symbols: readonly string[];
  /** Ends the run: the strategy is stopped, its orders and positions stay. */
  readonly signal?: AbortSignal | undefined;
  /** Where `bot.log` writes; default nowhere. */
  readonly log?: ((text: string) => void) | undefined;
  /** Client order ids begin so; default `bot-<ms since 1970, base 36>-`, of the feed's clock. */
  readonly clientOrderPrefix?: string | undefined;
  /** How often timers are looked at between prices, in milliseconds; default 20. */
  readonly timerMs?: number | undefined;
}

/**
 * Runs until the signal aborts, through every break of the connection. Rejects with whatever a
 * callback throws, with the feed's refusal of the key or the account, or where the outcome of a
 * request stays unknown; the strategy is stopped first.
 */
export async function runStrategy(strategy: Strategy, options: RunStrategyOptions): Promise<void> {
  const run = await LiveRun.open(strategy, options);
  await run?.ended;
}

class LiveRun implements StrategyPort {
  readonly ended: Promise<void>;
  readonly #options: RunStrategyOptions;
  readonly #host: StrategyHost;
  readonly #feed: FeedClient;
  readonly #ending = new AbortController();
  readonly #end = deferred<void>();
  /** What is under way for each order, so that a cancel follows its placing. */
  readonly #chains = new Map<string, Promise<string | null>>();
  readonly #sequences = new Map<string, number>();
  readonly #account: AccountFold;
  readonly #orders: OrderFold;
  readonly #transactions: FollowedAccount["transactions"];
  /** The edge's clock as last heard, and when that was by this machine's. */
  #heard: { readonly time: number; readonly at: number };

  /** `null` when the signal aborts first: a platform that is away may never answer. */
  static async open(strategy: Strategy, options: RunStrategyOptions): Promise<LiveRun | null> {
    const { spotwire, signal } = options;
    const feed = spotwire.feed();
    const ended = deferred<null>();
    const end = () => ended.resolve(null);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
    try {
      const from = await Promise.race([ended.promise, LiveRun.#read(feed, options)]);
      if (from === null) feed.close();
      return from === null ? null : new LiveRun({ strategy, options, feed, ...from });
    } catch (error) {
      feed.close();
      throw error;
    } finally {
      signal?.removeEventListener("abort", end);
    }
  }

  /** What a run begins from. */
  static async #read(feed: FeedClient, options: RunStrategyOptions) {
    const { spotwire, symbols, accountId } = options;
    const instruments = await Promise.all(symbols.map((symbol) => spotwire.getInstrument(symbol)));
    const first = deferred<number>();
    feed.on("heartbeat", ({ time }) => first.resolve(time));
    feed.on("status", (status) => {
      if (status.state === "closed") first.reject(status.refusal ?? new Error("Feed closed"));
    });
    const [time] = await Promise.all([first.promise, feed.subscribe(symbols)]);
    const followed = await followAccount(feed, accountId);
    return { instruments, time, followed, orders: await standingOrders(followed, options) };
  }

  private constructor(
    from: {
      strategy: Strategy;
      options: RunStrategyOptions;
      feed: FeedClient;
      instruments: readonly { symbol: string; pricePrecision: number }[];
      time: number;
      orders: OrderFold;
      followed: FollowedAccount;
    },
  ) {
    const { options, feed, time } = from;
    const { snapshot, account, transactions } = from.followed;
    this.#options = options;
    this.#feed = feed;
    this.#account = account;
    this.#orders = from.orders;
    this.#transactions = transactions;
    this.#heard = { time, at: performance.now() };
    this.ended = this.#end.promise;
    this.#host = new StrategyHost({
      strategy: from.strategy,
      symbols: from.instruments,
      port: this,
      clientOrderPrefix: options.clientOrderPrefix ?? `bot-${time.toString(36)}-`,
      orders: snapshot.orders,
      positions: snapshot.positions,
      lastTransactionId: snapshot.lastTransactionId,
    });
    this.#listen();
    this.#guard(() => this.#host.start(time));
    this.#guard(() => this.#take([...feed.latest.values()]));
  }

  #listen(): void {
    const { signal, timerMs = 20 } = this.#options;
    const feed = this.#feed;
    feed.on("quotes", ({ quotes }) => this.#guard(() => this.#take(quotes)));
    feed.on("heartbeat", ({ time }) => this.#hear(time));
    feed.on("status", (status) => {
      if (status.state === "closed") this.#stop(status.refusal);
    });
    const timer = setInterval(() => this.#guard(() => this.#ring()), timerMs);
    this.#ending.signal.addEventListener("abort", () => clearInterval(timer));
    if (signal?.aborted) this.#stop(null);
    signal?.addEventListener("abort", () => this.#stop(null), { signal: this.#ending.signal });
    void this.#follow();
  }

  async #follow(): Promise<void> {
    try {
      for await (const one of this.#transactions) {
        const order = one.orderId === undefined ? undefined : await this.#orderAfter(one);
        this.#account.apply(one, this.#orders.size);
        this.#guard(() => this.#host.transaction(one, order));
      }
    } catch (error) {
      this.#stop(error);
    }
  }

  /** As its transaction left it; one that ended long ago is read, for a fill that crossed its end. */
  async #orderAfter(one: Transaction): Promise<Order | undefined> {
    const order = this.#orders.apply(one);
    if (order !== undefined) return order;
    const { signal } = this.#ending;
    return await recall(this.#orders, this.#options, {
      of: one.orderId!,
      upTo: one.transactionId,
      signal,
    });
  }

  #take(quotes: readonly FeedQuote[]): void {
    for (const quote of quotes) {
      const view = this.#host.view(quote.symbol);
      // The same sequence again says no more than that the status changed.
      if (view === undefined || this.#sequences.get(quote.symbol) === quote.sequence) continue;
      this.#sequences.set(quote.symbol, quote.sequence);
      this.#hear(quote.receivedTime);
      this.#ring();
      view.bidPoints = Number(quote.bid.replace(".", ""));
      view.askPoints = Number(quote.ask.replace(".", ""));
      view.time = quote.receivedTime;
      this.#host.moved(view);
    }
  }

  #hear(time: number): void {
    if (time > this.#heard.time) this.#heard = { time, at: performance.now() };
  }

  #ring(): void {
    const now = this.#heard.time + performance.now() - this.#heard.at;
    while (this.#host.ring(now));
    this.#host.at(Math.floor(now));
  }

  /** Runs the strategy; what it throws ends the run. */
  #guard(step: () => void): void {
    if (this.#ending.signal.aborted) return;
    try {
      step();
    } catch (error) {
      this.#stop(error);
    }
  }

  #stop(error: unknown): void {
    if (this.#ending.signal.aborted) return;
    try {
      this.#host.stop();
    } catch (thrown) {
      error ??= thrown;
    }
    this.#ending.abort();
    this.#feed.close();
    if (error === null) this.#end.resolve();
    else this.#end.reject(error);
  }

  account(): Account {
    return this.#account.account;
  }

  place(order: PlaceOrder): void {
    const { spotwire, accountId } = this.#options;
    this.#ask("place", [order.clientOrderId], async () => [
      await spotwire.placeOrder(accountId, order),
    ]);
  }

  placeGroup(group: PlaceOrderGroup): void {
    const { spotwire, accountId } = this.#options;
    const ids = group.orders.map((order) => order.clientOrderId);
    this.#ask("place", ids, async () => (await spotwire.placeOrderGroup(accountId, group)).orders);
  }

  replace(clientOrderId: string, terms: ReplaceOrder): void {
    const { spotwire, accountId } = this.#options;
    this.#ask("replace", [clientOrderId], async (orderId) => [
      await spotwire.replaceOrder({ accountId, orderId: orderId() }, terms),
    ]);
  }

  cancel(clientOrderId: string): void {
    const { spotwire, accountId } = this.#options;
    this.#ask("cancel", [clientOrderId], async (orderId) => [
      await spotwire.cancelOrder(accountId, orderId()),
    ]);
  }

  cancelAll(symbol: string | undefined): void {
    const { spotwire, accountId } = this.#options;
    this.#ask("cancel", [], async () => {
      await Promise.all(this.#chains.values());
      const query = symbol === undefined ? undefined : { symbol };
      return (await spotwire.cancelOrders(accountId, query)).orders;
    });
  }

  log(text: string): void {
    this.#options.log?.(text);
  }

  /** After what was asked of the same orders before; a refusal goes to the strategy. */
  #ask(
    request: StrategyRefusal["request"],
    clientOrderIds: readonly string[],
    call: (orderId: () => string) => Promise<readonly Order[]>,
  ): void {
    const before = clientOrderIds.map((id) => this.#chains.get(id) ?? null);
    const [first = ""] = clientOrderIds;
    const asked = Promise.all(before).then(async (known) => {
      const orderId = () => {
        const found = known[0] ?? this.#host.openOrderId(first);
        if (found === undefined) throw new UnknownOrder();
        return found;
      };
      const orders = await call(orderId);
      if (request === "place") { for (const order of orders) this.#host.placed(order); }
      return orders[0]?.orderId ?? null;
    }).catch((error: unknown) => {
      this.#refuse(request, clientOrderIds, error);
      return null;
    });
    for (const id of clientOrderIds) {
      this.#chains.set(id, asked);
      void asked.then(() => this.#chains.get(id) === asked && this.#chains.delete(id));
    }
  }

  #refuse(request: StrategyRefusal["request"], ids: readonly string[], error: unknown): void {
    const code = error instanceof UnknownOrder
      ? "order_unknown"
      : error instanceof SpotwireProblem
      ? error.code
      : null;
    if (code === null) return this.#stop(error);
    const detail = error instanceof SpotwireProblem ? error.detail : "There is no such open order";
    for (const clientOrderId of ids.length === 0 ? [""] : ids) {
      this.#guard(() => this.#host.refused({ request, clientOrderId, code, detail }));
    }
  }
}

class UnknownOrder extends Error {
  override readonly name = "UnknownOrder";
}

/** The orders that are open at the start, with what of them clients do not read. */
async function standingOrders(
  { snapshot }: FollowedAccount,
  options: RunStrategyOptions,
): Promise<OrderFold> {
  const fold = new OrderFold();
  const { signal = new AbortController().signal } = options;
  for (const order of snapshot.orders) {
    if (OrderFold.isWhole(order)) fold.begin(order);
    else {
      const upTo = snapshot.lastTransactionId;
      await recall(fold, options, { of: order.orderId, upTo, signal });
    }
  }
  return fold;
}

/** Makes an order known by its transactions, read again; as they left it. */
async function recall(
  fold: OrderFold,
  { spotwire, accountId }: RunStrategyOptions,
  about: { of: string; upTo: number; signal: AbortSignal },
): Promise<Order | undefined> {
  const { of: orderId, upTo, signal } = about;
  let order: Order | undefined;
  for (const one of await recallOrder(spotwire, { accountId, orderId, upTo, signal })) {
    order = fold.apply(one);
  }
  return order;
}
