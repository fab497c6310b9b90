/** What order events ask of a fill engine. Pure but for the engine it moves on. */

import type { ExecutionReport } from "../../shared/contracts/messages/executions.ts";
import {
  fromReplaceData,
  fromSubmittedData,
  type OrderEvent,
  type VenueOrder,
} from "../../shared/contracts/messages/orders.ts";
import type { OrderId } from "../../shared/domain/ids.ts";
import type { Replacement } from "../../shared/domain/orders/order.ts";
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
  const asked = events.map(read);
  const effects = noEffects();
  for (const one of asked) {
    const step = isSaid(engine, one) ? null : take(engine, one, context);
    // Said before: a submit or replace come again, or a cancel too late. The reports settle all.
    if (step === null) effects.repeats.push(...(context.known.get(one.orderId) ?? []));
    else gather(effects, step);
  }
  return effects;
}

type Asked =
  & { readonly orderId: OrderId }
  & (
    | { readonly order: VenueOrder }
    | { readonly replacement: Replacement }
    | { readonly cancel: true }
  );

function read(event: OrderEvent): Asked {
  const orderId = event.data.orderId as OrderId;
  switch (event.type) {
    case "order.submitted":
      return { orderId, order: fromSubmittedData(event.data) };
    case "order.replace_requested":
      return { orderId, replacement: fromReplaceData(event.data) };
    case "order.cancel_requested":
      return { orderId, cancel: true };
  }
}

/** Whether the engine holds the order and has answered this already. */
function isSaid(engine: FillEngine, one: Asked): boolean {
  const revision = engine.revisionOf(one.orderId);
  if (revision === undefined) return false;
  return "order" in one || ("replacement" in one && one.replacement.revision <= revision);
}

/** `null` where the order has ended, or never came. */
function take(
  engine: FillEngine,
  one: Asked,
  context: { now: EpochMs; known: ReadonlyMap<OrderId, readonly ExecutionReport[]> },
): EngineEffects | null {
  const { now, known } = context;
  if ("order" in one) {
    return known.has(one.orderId) ? null : engine.submit(one.order, now);
  }
  if (!engine.holds(one.orderId)) return null;
  return "cancel" in one
    ? engine.cancel(one.orderId, now)
    : engine.replace(one.orderId, one.replacement, now);
}
