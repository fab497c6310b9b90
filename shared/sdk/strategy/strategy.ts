/**
 * A strategy: callbacks that are told of prices, bars, orders and fills, and a `Bot` to act with. The
 * same object trades live over the platform's API, on the simulated venue, and in a backtest.
 *
 * Callbacks are synchronous and told in order. What a callback asks for (`place`, `cancel`, …) is
 * answered later, by `onOrder`, `onFill` or `onRefusal`, never from within the call.
 */

import type {
  Account,
  Order,
  PlaceOrder,
  PlaceOrderGroup,
  ReplaceOrder,
  Transaction,
} from "../generated/types.gen.ts";

/**
 * The newest price of a symbol. There is one such object a symbol, and it changes: copy what is to be
 * kept. Prices are float64, for signals; those of orders are decimal text, see `Bot.price`.
 */
export interface StrategyQuote {
  readonly symbol: string;
  readonly bid: number;
  readonly ask: number;
  readonly mid: number;
  /** When the platform had it, milliseconds since 1970. */
  readonly time: number;
}

/** A finished bar of mid prices; like quotes, one object a symbol that changes. */
export interface StrategyBar {
  readonly symbol: string;
  /** The bar covers `[openTime, openTime + barMs)`, milliseconds since 1970. */
  readonly openTime: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Quotes inside. */
  readonly ticks: number;
}

export interface StrategyFill {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  /** Positive bought, negative sold. */
  readonly units: number;
  readonly price: number;
  /** The exact record: profit, commission, rates. */
  readonly transaction: Transaction;
}

/** Something asked for that the platform would not do; `code` is as in its problem documents. */
export interface StrategyRefusal {
  readonly request: "place" | "replace" | "cancel";
  readonly clientOrderId: string;
  readonly code: string;
  readonly detail: string;
}

/** An order as `Bot.place` takes it: without a client order id it gets one. */
export type NewOrder = Omit<PlaceOrder, "clientOrderId"> & { clientOrderId?: string };

export type CancelTimer = () => void;

/** What a strategy acts with. */
export interface Bot {
  /** The market's time, milliseconds since 1970. */
  readonly now: number;
  /** After the last transaction told; worth what the newest quotes say, live twice a second. */
  readonly account: Account;
  /** `undefined` before the first quote of the symbol. */
  quote(symbol: string): StrategyQuote | undefined;
  /** Signed units held; 0 when flat. */
  position(symbol: string): number;
  /** Orders that can still trade, oldest first, as last reported. */
  orders(symbol?: string): readonly Order[];
  /** Whether an order of the symbol is under way: asked for and not yet ended. */
  isBusy(symbol: string): boolean;
  /**
   * Asks for an order; returns its client order id. One that the account knows already is refused as
   * `duplicate_client_order_id`, or with the same terms is the same order, and nothing new is told.
   */
  place(order: NewOrder): string;
  /** Asks for orders together, all or none; returns their client order ids. */
  placeGroup(type: PlaceOrderGroup["type"], orders: readonly NewOrder[]): string[];
  /** Asks for new terms; what is left out stays. */
  replace(clientOrderId: string, terms: ReplaceOrder): void;
  cancel(clientOrderId: string): void;
  /** Every open order, or those of a symbol. */
  cancelAll(symbol?: string): void;
  /** A price as orders write it: decimal text on the symbol's grid, rounded to the nearest. */
  price(symbol: string, value: number): string;
  /** Calls back once, so many milliseconds of market time from now. */
  after(ms: number, action: () => void): CancelTimer;
  /** Calls back again and again. */
  every(ms: number, action: () => void): CancelTimer;
  log(text: string): void;
}

export interface Strategy {
  /** Length of the bars of `onBar`, milliseconds; without it there are none. */
  readonly barMs?: number;
  onStart?(bot: Bot): void;
  onQuote?(quote: StrategyQuote, bot: Bot): void;
  /** Told with the first quote of a later bar, before that quote. */
  onBar?(bar: StrategyBar, bot: Bot): void;
  /** An order as one of its transactions left it. */
  onOrder?(order: Order, transaction: Transaction, bot: Bot): void;
  onFill?(fill: StrategyFill, bot: Bot): void;
  onRefusal?(refusal: StrategyRefusal, bot: Bot): void;
  onStop?(bot: Bot): void;
}

/** Numbers by name, as a command line and the API give them. */
export type StrategyParameters = Readonly<Record<string, number>>;

export interface StrategyDefinition<Parameters extends StrategyParameters = StrategyParameters> {
  /** `a-z 0-9 -`. */
  readonly name: string;
  /** Every parameter with its default. */
  readonly parameters: Parameters;
  /** @throws RangeError naming a parameter that cannot be used. */
  create(given: Parameters & { readonly symbols: readonly string[] }): Strategy;
}

/** What {@link readyStrategy} makes ready; any definition is one. */
// deno-lint-ignore no-explicit-any -- parameters are contravariant in `create`, and checked by name
export type AnyStrategyDefinition = StrategyDefinition<any>;

/** Gives a definition its type: `export default defineStrategy({ … })`. */
export const defineStrategy = <
  const Defaults extends StrategyParameters,
  Parameters extends StrategyParameters = { readonly [Name in keyof Defaults]: number },
>(
  definition: StrategyDefinition<Parameters> & { readonly parameters: Defaults },
): StrategyDefinition<Parameters> => definition;

/**
 * A strategy of a definition, its defaults overruled.
 * @throws RangeError for a parameter that it has not, or cannot use.
 */
export function readyStrategy(
  definition: AnyStrategyDefinition,
  about: { readonly symbols: readonly string[]; readonly parameters?: StrategyParameters },
): Strategy {
  const { symbols, parameters = {} } = about;
  const names = Object.keys(definition.parameters);
  for (const [name, value] of Object.entries(parameters)) {
    if (!names.includes(name)) {
      throw new RangeError(
        `${definition.name} has no parameter ${name}: it has ${names.join(", ")}`,
      );
    }
    if (!Number.isFinite(value)) throw new RangeError(`Cannot use ${name} ${value}: not a number`);
  }
  return definition.create({ ...definition.parameters, ...parameters, symbols });
}
