/**
 * An account's statement for a period: a fold of its transactions, like the books. What is in it
 * follows from the transactions' own times, so the statement of a past period never changes but for
 * a fill that was reported late. Opening balance and movements sum to the closing balance exactly.
 */

import type { AccountCurrency } from "./currency.ts";
import { applyFillTo } from "./holdings.ts";
import type { AccountId, TransactionId } from "./ids.ts";
import { type Symbol, type Units, units } from "./instrument.ts";
import { type Micros, micros, zeroMicros } from "./money.ts";
import { defaultPositions, type Position, type PositionMode } from "./position.ts";
import type { EpochMs } from "./time.ts";
import type { AccountOpened, OrderFilled, Transaction } from "./transaction.ts";

/** Why cash moved. */
export const movementKinds = [
  "deposit",
  "withdrawal",
  "transfer_in",
  "transfer_out",
  "realised_profit",
  "commission",
  "premium",
  "financing",
  "adjustment",
] as const;
export type MovementKind = (typeof movementKinds)[number];

/** One movement of cash; a fill that realises a profit and costs a commission makes two. */
export interface Movement {
  readonly time: EpochMs;
  readonly transactionId: TransactionId;
  readonly kind: MovementKind;
  readonly symbol: Symbol | null;
  readonly amount: Micros;
  /** The cash after it. */
  readonly balance: Micros;
  /** What it belongs to: the client's funds id, the other account, the order, the FX day. */
  readonly reference: string | null;
}

/** In the account's currency, over the period. */
export interface InstrumentSummary {
  readonly symbol: Symbol;
  readonly fills: number;
  readonly unitsBought: Units;
  readonly unitsSold: Units;
  readonly realised: Micros;
  readonly commission: Micros;
  readonly premium: Micros;
  readonly financing: Micros;
}

export interface Statement {
  readonly accountId: AccountId;
  readonly currency: AccountCurrency;
  readonly positionMode: PositionMode;
  /** The period: from this moment on, and before that one. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly opening: Micros;
  readonly closing: Micros;
  readonly movements: readonly Movement[];
  readonly totals: Readonly<Record<MovementKind, Micros>>;
  readonly instruments: readonly InstrumentSummary[];
  /** Open at the end of the period. */
  readonly positions: readonly Position[];
}

/** The period has more movements than one statement lists. */
export class StatementTooLong extends Error {
  override readonly name = "StatementTooLong";
}

export const movementsMax = 100_000;

/** Transactions that a statement is made of; the others may be left out. */
export const statementTypes = [
  "account_opened",
  "funds_transferred",
  "order_filled",
  "transfer_sent",
  "transfer_received",
  "financing_charged",
  "balance_adjusted",
] as const satisfies readonly Transaction["type"][];

type Moved = Pick<Movement, "kind" | "symbol" | "amount" | "reference">;
type Totals = { -readonly [Kind in MovementKind]: Micros };
type Summary = { -readonly [Field in keyof InstrumentSummary]: InstrumentSummary[Field] };

/** Takes an account's transactions in order of their numbers. */
export class StatementFold {
  readonly #accountId: AccountId;
  readonly #from: EpochMs;
  readonly #to: EpochMs;
  #currency: AccountCurrency = "USD";
  #rules = defaultPositions;
  #opening: Micros = zeroMicros;
  #balance: Micros = zeroMicros;
  readonly #movements: Movement[] = [];
  readonly #totals = Object.fromEntries(movementKinds.map((kind) => [kind, zeroMicros])) as Totals;
  readonly #instruments = new Map<string, Summary>();
  readonly #positions = new Map<string, Position>();

  constructor(of: { readonly accountId: AccountId; readonly from: EpochMs; readonly to: EpochMs }) {
    this.#accountId = of.accountId;
    this.#from = of.from;
    this.#to = of.to;
  }

  /** @throws StatementTooLong */
  take(one: Transaction): void {
    if (one.type === "account_opened") this.#takeOpening(one);
    if (one.time >= this.#to) return;
    if (one.type === "order_filled") this.#takeFill(one);
    for (const moved of movementsOf(one)) {
      if (one.time < this.#from) this.#opening = micros(this.#opening + moved.amount);
      else this.#takeMovement(one, moved);
    }
  }

  statement(): Statement {
    let balance = this.#opening;
    const movements = this.#movements.map((one) => {
      balance = micros(balance + one.amount);
      return { ...one, balance };
    });
    return {
      accountId: this.#accountId,
      currency: this.#currency,
      positionMode: this.#rules.positionMode,
      from: this.#from,
      to: this.#to,
      opening: this.#opening,
      closing: micros(this.#opening + this.#balance),
      movements,
      totals: { ...this.#totals },
      instruments: [...this.#instruments.values()].toSorted(bySymbol),
      positions: [...this.#positions.values()].toSorted(bySymbol),
    };
  }

  #takeOpening({ currency, positionMode, lotMatching }: AccountOpened): void {
    this.#currency = currency;
    this.#rules = {
      positionMode: positionMode ?? defaultPositions.positionMode,
      lotMatching: lotMatching ?? defaultPositions.lotMatching,
    };
  }

  #takeFill(fill: OrderFilled): void {
    applyFillTo(this.#positions, this.#rules, fill);
    if (fill.time < this.#from) return;
    const summary = this.#summaryOf(fill.symbol);
    summary.fills++;
    if (fill.units > 0) summary.unitsBought = units(summary.unitsBought + fill.units);
    else summary.unitsSold = units(summary.unitsSold - fill.units);
  }

  #takeMovement({ time, transactionId }: Transaction, moved: Moved): void {
    if (this.#movements.length === movementsMax) {
      throw new StatementTooLong(`Cannot list more than ${movementsMax} movements`);
    }
    const { kind, symbol, amount } = moved;
    this.#movements.push({ time, transactionId, ...moved, balance: zeroMicros });
    this.#balance = micros(this.#balance + amount);
    this.#totals[kind] = micros(this.#totals[kind] + amount);
    if (symbol === null) return;
    const summary = this.#summaryOf(symbol);
    if (kind === "realised_profit") summary.realised = micros(summary.realised + amount);
    if (kind === "commission") summary.commission = micros(summary.commission + amount);
    if (kind === "premium") summary.premium = micros(summary.premium + amount);
    if (kind === "financing") summary.financing = micros(summary.financing + amount);
  }

  #summaryOf(symbol: Symbol): Summary {
    let summary = this.#instruments.get(symbol);
    if (summary === undefined) {
      summary = {
        symbol,
        fills: 0,
        unitsBought: units(0),
        unitsSold: units(0),
        realised: zeroMicros,
        commission: zeroMicros,
        premium: zeroMicros,
        financing: zeroMicros,
      };
      this.#instruments.set(symbol, summary);
    }
    return summary;
  }
}

const bySymbol = (a: { symbol: string }, b: { symbol: string }): number =>
  a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0;

/** What a transaction did to the cash. */
function movementsOf(one: Transaction): Moved[] {
  switch (one.type) {
    case "funds_transferred": {
      const kind = one.amount < 0n ? "withdrawal" : "deposit";
      return [{ kind, symbol: null, amount: one.amount, reference: one.fundsId ?? null }];
    }
    case "transfer_sent":
      return [{
        kind: "transfer_out",
        symbol: null,
        amount: one.amount,
        reference: `to ${one.toAccountId}: ${one.fundsId}`,
      }];
    case "transfer_received":
      return [{
        kind: "transfer_in",
        symbol: null,
        amount: one.amount,
        reference: `from ${one.fromAccountId}: ${one.fundsId}`,
      }];
    case "order_filled":
      return movementsOfFill(one);
    case "financing_charged":
      return one.amount === 0n ? [] : [{
        kind: "financing",
        symbol: one.symbol,
        amount: one.amount,
        reference: `${one.day}, ${one.days} ${one.days === 1 ? "day" : "days"}`,
      }];
    case "balance_adjusted":
      return [{ kind: "adjustment", symbol: null, amount: one.amount, reference: one.reason }];
    default:
      return [];
  }
}

function movementsOfFill({ symbol, orderId, paid, commission, premium }: OrderFilled): Moved[] {
  const cost = (one: { charged: Micros } | undefined) => micros(-(one?.charged ?? 0n));
  const about = { symbol, reference: orderId };
  return [
    { kind: "realised_profit" as const, amount: paid, ...about },
    { kind: "commission" as const, amount: cost(commission), ...about },
    { kind: "premium" as const, amount: cost(premium), ...about },
  ].filter(({ amount }) => amount !== 0n);
}
