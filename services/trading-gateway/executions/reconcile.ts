/**
 * Keeps asking about orders whose outcome is not known, so that whatever a crash or a lost message
 * took away is said again: those in flight every few seconds, every open order now and then.
 */

import { isInFlight } from "../../../shared/domain/orders/order.ts";
import { type EpochMs, epochMs } from "../../../shared/domain/time.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import { pause } from "../../../shared/runtime/time.ts";
import { type ResubmitDeps, resubmitOpenOrders } from "./resubmit.ts";

const everyMs = 5_000;
/** Sweeps between two that ask about every open order. */
const fullSweepEvery = 60;

/** Sweeps until the signal aborts; the first sweep asks about everything. */
export async function reconcile(
  deps: ResubmitDeps & { readonly logger: Logger; readonly now: () => EpochMs },
  signal: AbortSignal,
): Promise<void> {
  let seen = epochMs(0);
  for (let sweep = 0; !signal.aborted; sweep++) {
    const now = deps.now();
    const untouched = seen;
    try {
      const asked = sweep % fullSweepEvery === 0
        ? await resubmitOpenOrders(deps, now)
        // In flight since before the last sweep: an answer is overdue.
        : await resubmitOpenOrders(
          deps,
          now,
          (order) => isInFlight(order.status) && order.updatedAt <= untouched,
        );
      if (asked > 0) deps.logger.info({ orders: asked }, "asked the venue again");
      seen = now;
    } catch (error) {
      deps.logger.error({ err: error }, "open orders not reconciled, will retry");
    }
    await pause(everyMs, signal);
  }
}
