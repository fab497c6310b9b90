/** Random changes of an account, of every kind a client can ask for. */

import type { Random } from "../../../shared/domain/random.ts";

type Body = Record<string, unknown>;

/** One change that is known by names of the client's own, so that it may be asked for again. */
export interface Change {
  readonly kind: "orders" | "funds";
  readonly accountId: string;
  /** Below the account's own path. */
  readonly path: "orders" | "orderGroups" | "deposits" | "withdrawals" | "transfers";
  readonly body: Body;
  /** Client order ids or the funds id, in the order of the answer. */
  readonly names: readonly string[];
}

/** Prices no market of the simulator's comes near, by symbol: one below it, one above. */
const far = { EURUSD: ["0.50000", "2.00000"], USDJPY: ["50.000", "400.000"] } as const;
const pip = { EURUSD: "0.00010", USDJPY: "0.010" } as const;
type Symbol = keyof typeof far;
type Side = "buy" | "sell";
interface Leg {
  readonly symbol: Symbol;
  readonly side: Side;
}

export class MixedChanges {
  readonly #random: Random;
  readonly #accounts: readonly [string, string];
  #made = 0;

  /** @param accounts whose orders and money change; transfers go from one to the other. */
  constructor(random: Random, accounts: readonly [string, string]) {
    this.#random = random;
    this.#accounts = accounts;
  }

  next(): Change {
    const kind = this.#random.next();
    const accountId = this.#pick(this.#accounts);
    if (kind < 0.1) return this.#funds(accountId);
    if (kind < 0.3) return this.#group(accountId);
    const order = this.#order(this.#leg());
    return { kind: "orders", accountId, path: "orders", body: order, names: [order.clientOrderId] };
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random.next() * from.length)]!;
  }

  #leg(): Leg {
    return { symbol: this.#pick(["EURUSD", "USDJPY"]), side: this.#pick(["buy", "sell"]) };
  }

  #named(leg: Leg) {
    const units = String(1 + Math.floor(this.#random.next() * 1_000));
    return { clientOrderId: `k-${this.#made++}`, ...leg, units };
  }

  #order(leg: Leg) {
    return { ...this.#named(leg), ...this.#pick(this.#types(leg)) };
  }

  /** Every type and time in force: some trade at once, some are set off soon, some wait for ever. */
  #types({ symbol, side }: Leg): readonly Body[] {
    const [low, high] = far[symbol];
    const [passive, eager] = side === "buy" ? [low, high] : [high, low];
    const expireTime = "2100-01-01T00:00:00Z";
    return [
      { type: "market" },
      { type: "market", ...this.#exits(symbol) },
      { type: "market", timeInForce: "IOC", priceBound: eager },
      { type: "market", positionFill: "reduce_only" },
      { type: "limit", price: passive },
      { type: "limit", price: eager, timeInForce: "FOK" },
      { type: "limit", price: passive, timeInForce: "IOC" },
      { type: "limit", price: passive, timeInForce: "GTD", expireTime },
      { type: "stop", triggerPrice: passive, timeInForce: "DAY", tag: "kill" },
      { type: "stop", triggerPrice: eager },
      { type: "stop_limit", triggerPrice: passive, price: eager, triggerSide: "opposite" },
      { type: "market_if_touched", triggerPrice: eager },
      { type: "market_if_touched", triggerPrice: passive, triggerSide: "mid" },
      { type: "trailing_stop", trailingDistance: pip[symbol], triggerSide: "mid" },
    ];
  }

  /** Exits so near that some are set off, and so far that some wait. */
  #exits(symbol: Symbol): Body {
    const [near, distance] = symbol === "EURUSD" ? ["0.00005", "0.01000"] : ["0.005", "1.000"];
    const trailing = { distance: this.#pick([near, distance]) };
    return { stopLossOnFill: { distance }, trailingStopLossOnFill: trailing };
  }

  #group(accountId: string): Change {
    const type = this.#pick(["oco", "oto", "bracket"]);
    const entry = this.#leg();
    const exit: Leg = { ...entry, side: entry.side === "buy" ? "sell" : "buy" };
    const [low, high] = far[exit.symbol];
    const [profit, loss] = exit.side === "buy" ? [low, high] : [high, low];
    const exits = [
      { ...this.#named(exit), type: "limit", price: profit },
      { ...this.#named(exit), type: "stop", triggerPrice: loss },
    ];
    const orders = type === "oco" ? exits : [this.#order(entry), ...exits];
    const names = orders.map((one) => one.clientOrderId);
    return { kind: "orders", accountId, path: "orderGroups", body: { type, orders }, names };
  }

  #funds(accountId: string): Change {
    const fundsId = `f-${this.#made++}`;
    const path = this.#pick(["deposits", "withdrawals", "transfers"] as const);
    const toAccountId = this.#accounts.find((one) => one !== accountId)!;
    const body = {
      fundsId,
      amount: `${1 + Math.floor(this.#random.next() * 9)}.25`,
      ...(path === "transfers" ? { toAccountId } : {}),
    };
    return { kind: "funds", accountId, path, body, names: [fundsId] };
  }
}
