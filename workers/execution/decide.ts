/** What order events ask of a fill engine. Pure but for the engine it moves on. */

import type { ExecutionReport } from "../../shared/contracts/messages/executions.ts";
import { fromSubmittedData, type OrderEvent } from "../../shared/contracts/messages/orders.ts";
import type { OrderId } from "../../shared/domain/ids.ts";
import type { EpochMs } from "../../shared/domain/time.ts";
import type { EngineEffects, FillEngine, HeldOrder } from "../../shared/venues/venue.ts";

/** Effects gathered over many steps, to be stored and published together. */
export interface Effects {
  readonly reports: ExecutionReport[];
  readonly changes: Map<OrderId, HeldOrder | null>;
  /** Reports stored before, to be said again because the order was submitted again. */
  readonly repeats: ExecutionReport[];
}

export const noEffects = (): Effects => ({ reports: [], changes: new Map(), repeats: [] });

export const isEmpty = (effects: Effects): boolean =>
  effects.reports.length === 0 && effects.changes.size === 0 && effects.repeats.length === 0;

/** Adds a later step's effects: reports in order, the newest held state of each order. */
export function gather(into: Effects, more: EngineEffects): void {
  into.reports.push(...more.reports);
  for (const [orderId, held] of more.changes) into.changes.set(orderId, held);
}

/** Takes order events in turn; `known` are the stored reports of orders submitted before. */
export function takeOrders(
  engine: FillEngine,
  events: readonly OrderEvent[],
  context: { now: EpochMs; known: ReadonlyMap<OrderId, readonly ExecutionReport[]> },
): Effects {
  // Read everything first: once the engine has moved there is no way back.
  const asked = events.map((event) => ({
    orderId: event.data.orderId as OrderId,
    order: event.type === "order.submitted" ? fromSubmittedData(event.data) : null,
  }));
  const effects = noEffects();
  for (const { orderId, order } of asked) {
    if (engine.holds(orderId)) {
      if (order === null) gather(effects, engine.cancel(orderId, context.now));
      else effects.repeats.push(...(context.known.get(orderId) ?? []));
      continue;
    }
    // Said before: a submit come again, or a cancel too late. What was reported settles both.
    const said = context.known.get(orderId);
    if (said !== undefined) effects.repeats.push(...said);
    else if (order !== null) gather(effects, engine.submit(order, context.now));
  }
  return effects;
}
