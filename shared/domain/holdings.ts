/**
 * What fills make of an account's positions.
 *
 * A netting account has one position a symbol. A hedging account has a long and a short leg: a fill
 * of a reduce-only order closes the other leg, every other fill opens its own. An account that keeps
 * lots has one for each fill that opened something. What a fill closes is decided once, when it is
 * booked ({@link fillEffect}), and stands in its transaction, so that a replay decides nothing.
 *
 * Closing takes the lot the order names, then the lots its parent opened (an exit closes what it
 * was placed for), then the oldest. A fill larger than what there is to close, which only a race can
 * bring, opens its own way with the rest.
 */

import type { OrderId, TransactionId } from "./ids.ts";
import { ImpossibleTransaction } from "./impossible_transaction.ts";
import {
  type Instrument,
  notional,
  type Price,
  type Symbol,
  type Units,
  units,
} from "./instrument.ts";
import { instrumentOf } from "./instruments.ts";
import type { LegUnits } from "./margin_rates.ts";
import { type Micros, micros, zeroMicros } from "./money.ts";
import type { Order } from "./orders/order.ts";
import {
  averageCost,
  fillPosition,
  flatPosition,
  keepsLots,
  legOf,
  type Lot,
  type Position,
  positionKey,
  type PositionRules,
} from "./position.ts";
import type { EpochMs } from "./time.ts";

/** Units a fill took from a lot. */
export interface ClosedLot {
  readonly lotId: TransactionId;
  /** A size: positive. */
  readonly units: Units;
}

/** What a fill does to positions and profit, before it is numbered. */
export interface FillEffect {
  /** In the instrument's quote currency. */
  readonly realised: Micros;
  /** Left out where no lots are kept or none is closed. */
  readonly closed?: readonly ClosedLot[];
}

export type Positions = ReadonlyMap<string, Position>;

/** An account's positions and what is fixed about them. */
export interface Holder extends PositionRules {
  readonly positions: Positions;
}

/** A fill, and the order it is of. */
export interface Executed {
  readonly symbol: Symbol;
  /** Signed: positive bought, negative sold. */
  readonly units: Units;
  readonly price: Price;
}

/** What of an order says what its fills close. */
export type ClosingOrder = Pick<Order, "positionFill" | "closeLotId" | "parentOrderId">;

export function fillEffect(holder: Holder, fill: Executed, order: ClosingOrder): FillEffect {
  const instrument = instrumentOf(fill.symbol);
  if (!keepsLots(holder)) {
    const held = holder.positions.get(fill.symbol) ?? flatPosition(fill.symbol);
    return { realised: fillPosition(held, fill, instrument).realised };
  }
  const held = closable(holder, fill, order);
  if (held === undefined) return { realised: zeroMicros };
  const closed = takeLots(held.lots!, Math.abs(fill.units), order);
  const closing = sizeOf(closed);
  const cost = holder.lotMatching === "fifo"
    ? costOfLots(held, closed, instrument)
    : averageCost(held, closing);
  const sold = units(held.units > 0 ? closing : -closing);
  return { realised: micros(notional(fill.price, sold, instrument) - cost), closed };
}

/** The position that the fill closes, if there is one. */
function closable(holder: Holder, fill: Executed, order: ClosingOrder): Position | undefined {
  if (holder.positionMode === "hedging" && order.positionFill !== "reduce_only") return undefined;
  const leg = legOf(holder.positionMode, -fill.units);
  const held = holder.positions.get(positionKey(fill.symbol, leg));
  return held === undefined || held.units > 0 === fill.units > 0 ? undefined : held;
}

/** What of which lots a closing of that size takes, in the order it takes them. */
function takeLots(lots: readonly Lot[], size: number, order: ClosingOrder): ClosedLot[] {
  const { closeLotId, parentOrderId } = order;
  const turn = ({ lotId, orderId }: Lot) =>
    lotId === closeLotId ? 0 : parentOrderId !== null && orderId === parentOrderId ? 1 : 2;
  const closed: ClosedLot[] = [];
  let left = size;
  for (let now = 0; now <= 2; now++) {
    for (const lot of lots) {
      if (left === 0) return closed;
      if (turn(lot) !== now) continue;
      const taken = Math.min(left, Math.abs(lot.units));
      closed.push({ lotId: lot.lotId, units: units(taken) });
      left -= taken;
    }
  }
  return closed;
}

const sizeOf = (closed: readonly ClosedLot[]): number =>
  closed.reduce((sum, one) => sum + one.units, 0);

/** @throws ImpossibleTransaction for a lot the position has not, or not so much of. */
function costOfLots(
  held: Position,
  closed: readonly ClosedLot[],
  instrument: Instrument,
): Micros {
  let cost = 0n;
  for (const one of closed) {
    const lot = held.lots!.find(({ lotId }) => lotId === one.lotId);
    if (lot === undefined || Math.abs(lot.units) < one.units) {
      throw new ImpossibleTransaction(`Cannot close ${one.units} of lot ${one.lotId}`);
    }
    const signed = units(lot.units > 0 ? one.units : -one.units);
    cost += notional(lot.price, signed, instrument);
  }
  return micros(cost);
}

/** A fill as its transaction has it. */
export interface BookedFill extends Executed {
  readonly transactionId: TransactionId;
  readonly orderId: OrderId;
  readonly time: EpochMs;
  readonly closed?: readonly ClosedLot[];
}

/**
 * Applies a booked fill to the positions, in place.
 * @throws ImpossibleTransaction when it closes what is not there; nothing is touched then.
 */
export function applyFillTo(
  positions: Map<string, Position>,
  rules: PositionRules,
  fill: BookedFill,
): void {
  const instrument = instrumentOf(fill.symbol);
  if (!keepsLots(rules)) {
    const held = positions.get(fill.symbol) ?? flatPosition(fill.symbol);
    return put(positions, fill.symbol, fillPosition(held, fill, instrument).position);
  }
  const closed = fill.closed ?? [];
  const closing = sizeOf(closed);
  if (closing > 0) {
    const key = positionKey(fill.symbol, legOf(rules.positionMode, -fill.units));
    const held = positions.get(key);
    if (held === undefined) {
      throw new ImpossibleTransaction(`Cannot close ${closing} of ${key}: it is flat`);
    }
    put(positions, key, without(held, closed, { rules, instrument }));
  }
  const rest = units(fill.units > 0 ? fill.units - closing : fill.units + closing);
  if (rest === 0) return;
  const key = positionKey(fill.symbol, legOf(rules.positionMode, rest));
  const held = positions.get(key) ?? { ...flatPosition(fill.symbol), lots: [] };
  put(positions, key, withLot(held, { ...fill, units: rest }, instrument));
}

function put(positions: Map<string, Position>, key: string, position: Position): void {
  if (position.units === 0) positions.delete(key);
  else positions.set(key, position);
}

function without(
  held: Position,
  closed: readonly ClosedLot[],
  by: { readonly rules: PositionRules; readonly instrument: Instrument },
): Position {
  const closing = sizeOf(closed);
  const ofLots = costOfLots(held, closed, by.instrument);
  const cost = by.rules.lotMatching === "fifo" ? ofLots : averageCost(held, closing);
  const taken = new Map(closed.map((one) => [one.lotId, one.units]));
  const lots = held.lots!.flatMap((lot) => {
    const gone = taken.get(lot.lotId);
    if (gone === undefined) return [lot];
    const left = units(lot.units > 0 ? lot.units - gone : lot.units + gone);
    return left === 0 ? [] : [{ ...lot, units: left }];
  });
  return {
    symbol: held.symbol,
    units: units(held.units > 0 ? held.units - closing : held.units + closing),
    openCost: micros(held.openCost - cost),
    lots,
  };
}

const withLot = (held: Position, fill: BookedFill, instrument: Instrument): Position => ({
  symbol: held.symbol,
  units: units(held.units + fill.units),
  openCost: micros(held.openCost + notional(fill.price, fill.units, instrument)),
  lots: [...held.lots!, {
    lotId: fill.transactionId,
    orderId: fill.orderId,
    units: fill.units,
    price: fill.price,
    openedAt: fill.time,
  }],
});

/** The units, as a size, that an order may close: of the position against it, or of its lot. */
export function closableUnits(
  holder: Held,
  order: Pick<Order, "symbol" | "side" | "closeLotId">,
): number {
  const direction = order.side === "buy" ? 1 : -1;
  const leg = legOf(holder.positionMode, -direction);
  const held = holder.positions.get(positionKey(order.symbol, leg));
  if (held === undefined || held.units > 0 === direction > 0) return 0;
  if (order.closeLotId === null) return Math.abs(held.units);
  return Math.abs(held.lots?.find(({ lotId }) => lotId === order.closeLotId)?.units ?? 0);
}

type Held = Pick<Holder, "positionMode" | "positions">;

/** What is held of a symbol each way, as sizes. */
export function legUnits(holder: Held, symbol: Symbol): LegUnits {
  if (holder.positionMode === "netting") {
    const net = holder.positions.get(symbol)?.units ?? 0;
    return { long: Math.max(net, 0), short: Math.max(-net, 0) };
  }
  return {
    long: holder.positions.get(positionKey(symbol, "long"))?.units ?? 0,
    short: Math.abs(holder.positions.get(positionKey(symbol, "short"))?.units ?? 0),
  };
}

/** Signed units of a symbol over all its legs. */
export function netUnits(holder: Held, symbol: Symbol): Units {
  const { long, short } = legUnits(holder, symbol);
  return units(long - short);
}
