/** The reports a fill engine makes; an ExecID is a pure function of the order and their number. */

import type {
  ExecutionReport,
  PlainExecType,
  ReplaceExecType,
} from "../contracts/messages/executions.ts";
import type { ExecId } from "../domain/ids.ts";
import type { Price, Units } from "../domain/instrument.ts";
import type { PriceMark } from "../domain/quote.ts";
import type { EpochMs } from "../domain/time.ts";
import type { HeldOrder } from "./venue.ts";

/** What happened to an order. */
export type Report =
  | { execType: PlainExecType; now: EpochMs; text: string | null; sentAt?: EpochMs }
  | { execType: ReplaceExecType; now: EpochMs; text: string | null; revision: number }
  | { execType: "triggered"; now: EpochMs; text: null; bid: Price; ask: Price }
  | { execType: "trade"; now: EpochMs; text: null; units: Units; price: Price };

export function reportOf(
  venue: string,
  held: HeldOrder,
  what: Report & { readonly mark: PriceMark | null },
): ExecutionReport {
  const { order } = held;
  const base = {
    venue,
    execId: `${order.orderId}-${held.nextReport}` as ExecId,
    accountId: order.accountId,
    orderId: order.orderId,
    symbol: order.symbol,
    time: what.now,
    text: what.text,
    ...(what.mark === null ? {} : { mark: what.mark }),
  };
  switch (what.execType) {
    case "trade":
      return { ...base, execType: "trade", units: what.units, price: what.price };
    case "replaced":
    case "replace_rejected":
      return { ...base, execType: what.execType, revision: what.revision };
    case "triggered":
      return { ...base, execType: "triggered", bid: what.bid, ask: what.ask };
    default: {
      const { execType, sentAt } = what;
      return { ...base, execType, ...(sentAt === undefined ? {} : { sentAt }) };
    }
  }
}
