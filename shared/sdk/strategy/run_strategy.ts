/** Runs a strategy on a live account: prices from the feed, orders over HTTP. */

import type { FeedClient } from "../feed.ts";
import type { FeedQuote } from "../feed_frames.ts";
import type {
  Account,
  Order,
  PlaceOrder,
  PlaceOrderGroup,
  ReplaceOrder,
} from "../generated/types.gen.ts";
import { SpotwireProblem } from "../problem.ts";
import type { Spotwire } from "../spotwire_api.ts";
import { StrategyHost, type StrategyPort } from "./host.ts";
import type { Strategy, StrategyRefusal } from "./strategy.ts";
import { followTransactions } from "./follow_transactions.ts";

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

/** How often the start is read again where the account moves under it. */
const attemptsMax = 20;

/**
 * Runs until the signal aborts. Rejects with whatever a callback throws, with the feed's refusal, or
 * where the account cannot be read; the strategy is stopped first.
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
  #account: Account;
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
    const { spotwire, symbols } = options;
    const instruments = await Promise.all(symbols.map((symbol) => spotwire.getInstrument(symbol)));
    const first = deferred<number>();
    feed.on("heartbeat", ({ time }) => first.resolve(time));
    feed.on("status", (status) => {
      if (status.state === "closed") first.reject(status.refusal ?? new Error("Feed closed"));
    });
    const [time] = await Promise.all([first.promise, feed.subscribe(symbols)]);
    return { instruments, time, ...await readStart(options) };
  }

  private constructor(
    from: Start & {
      strategy: Strategy;
      options: RunStrategyOptions;
      feed: FeedClient;
      instruments: readonly { symbol: string; pricePrecision: number }[];
      time: number;
    },
  ) {
    const { options, feed, time } = from;
    this.#options = options;
    this.#feed = feed;
    this.#account = from.account;
    this.#heard = { time, at: performance.now() };
    this.ended = this.#end.promise;
    this.#host = new StrategyHost({
      strategy: from.strategy,
      symbols: from.instruments,
      port: this,
      clientOrderPrefix: options.clientOrderPrefix ?? `bot-${time.toString(36)}-`,
      orders: from.orders,
      positions: from.positions,
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
    const { spotwire, accountId } = this.#options;
    const { signal } = this.#ending;
    try {
      const since = this.#account.lastTransactionId;
      const batches = followTransactions(spotwire, { accountId, since, signal });
      for await (const transactions of batches) {
        const orders = new Map<string, Order>();
        const ids = new Set(transactions.flatMap(({ orderId }) => orderId ?? []));
        await Promise.all([...ids].map(async (orderId) => {
          orders.set(orderId, await spotwire.getOrder(accountId, orderId, { signal }));
        }));
        this.#account = await spotwire.getAccount(accountId, { signal });
        for (const one of transactions) {
          const order = one.orderId === undefined ? undefined : orders.get(one.orderId);
          this.#guard(() => this.#host.transaction(one, order));
        }
      }
    } catch (error) {
      this.#stop(error);
    }
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
    return this.#account;
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
      const [order] = await call(orderId);
      return order?.orderId ?? null;
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

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** `Promise.withResolvers`, which Node 20 has not. */
function deferred<T>(): Deferred<T> {
  let settle: Pick<Deferred<T>, "resolve" | "reject">;
  const promise = new Promise<T>((resolve, reject) => settle = { resolve, reject });
  return { promise, ...settle! };
}

interface Start {
  readonly account: Account;
  readonly orders: readonly Order[];
  readonly positions: readonly { readonly symbol: string; readonly units: string }[];
}

/** Account, orders and positions as they stood together after one transaction. */
async function readStart({ spotwire, accountId }: RunStrategyOptions): Promise<Start> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const account = await spotwire.getAccount(accountId);
    const { orders } = await spotwire.listOrders(accountId, { state: "open", limit: 1_000 });
    const { positions } = await spotwire.listPositions(accountId);
    const after = await spotwire.getAccount(accountId);
    if (after.lastTransactionId === account.lastTransactionId) {
      return { account: after, orders: [...orders].reverse(), positions };
    }
  }
  throw new Error(`Cannot begin on account ${accountId}: it keeps changing`);
}
