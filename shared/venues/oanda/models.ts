/** The shapes OANDA's v20 streams have on the wire: what is read of them, no more. */

import * as v from "valibot";

/** `[{"price":"1.10000","liquidity":1000000}]`; the list may be empty, or missing. */
const buckets = v.optional(v.array(v.object({ price: v.string() })), []);

/** ClientPrice. `status` is older than `tradeable`; a price may carry either, both or none. */
export const priceLine = v.object({
  type: v.literal("PRICE"),
  instrument: v.string(),
  time: v.string(),
  bids: buckets,
  asks: buckets,
  tradeable: v.optional(v.boolean()),
  status: v.optional(v.string()),
});
export type PriceLine = v.InferOutput<typeof priceLine>;

/** Whose price a line is, where no more of it can be read. */
export const pricedLine = v.object({ type: v.literal("PRICE"), instrument: v.string() });

/** PricingHeartbeat and TransactionHeartbeat. */
export const heartbeatLine = v.object({
  type: v.literal("HEARTBEAT"),
  time: v.string(),
});

/** What every kind of Transaction has. */
export const transactionLine = v.object({
  type: v.string(),
  id: v.string(),
  time: v.string(),
});

/** The body of an answer that is not a stream. */
export const errorBody = v.object({ errorMessage: v.string() });
