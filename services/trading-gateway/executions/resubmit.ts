/**
 * Reconciliation: asks the venue again about orders that are still open here. Submitting is
 * idempotent at the venue's side, which answers a repeat with the reports it made, so whatever a
 * crash lost between the parts is said again.
 */

import type { Kysely } from "kysely";
import { topics } from "../../../shared/contracts/messages/topics.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { Order } from "../../../shared/domain/orders/order.ts";
import type { EventSource } from "../../../shared/runtime/events.ts";
import type { EventStreams } from "../../../shared/streams/event_streams.ts";
import { cancelEntry, replaceEntry, submitEntry } from "../desk/announce.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import { selectOpenOrders } from "../orders/order_store.ts";

const pageMax = 500;

export interface ResubmitDeps {
  readonly db: Kysely<TradingDatabase>;
  readonly streams: EventStreams;
  readonly events: EventSource;
}

/** Submits again every open order that `wanted` picks; returns how many. */
export async function resubmitOpenOrders(
  deps: ResubmitDeps,
  now: EpochMs,
  wanted: (order: Order) => boolean = () => true,
): Promise<number> {
  let after = { accountId: "", transactionId: 0 };
  let count = 0;
  for (;;) {
    const page = await selectOpenOrders(deps.db, after, pageMax);
    const last = page.at(-1);
    if (last === undefined) return count;
    const bodies = page.filter((order) => order.status !== "held" && wanted(order)).flatMap(
      (order) => {
        const submit = submitEntry(deps.events, order).body;
        const replaces = order.replacing.map((replacement) =>
          replaceEntry(deps.events, order, { replacement, at: now }).body
        );
        return order.status === "pending_cancel"
          ? [submit, ...replaces, cancelEntry(deps.events, order, now).body]
          : [submit, ...replaces];
      },
    );
    if (bodies.length > 0) {
      await deps.streams.publish(topics.orders.name, bodies, topics.orders.lengthMax);
    }
    count += bodies.length;
    const at = last.orderId.lastIndexOf(".");
    after = { accountId: last.accountId, transactionId: Number(last.orderId.slice(at + 1)) };
  }
}
