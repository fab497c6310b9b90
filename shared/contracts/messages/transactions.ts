/** The `transactions` topic: what each turn of the desk booked, for the edges' account channel. */

import * as v from "valibot";
import { eventSchema } from "./envelope.ts";
import { bookedTransaction } from "./feed_account.ts";

/** Transactions of one event at most; a larger turn is told in several. */
export const transactionsPerEventMax = 256;

/**
 * In the order they were booked, which is that of their ids within an account. An event may come
 * twice; what is missing between two is in the account's transactions over HTTP.
 */
export const transactionsBooked = eventSchema(
  "transactions.booked",
  v.strictObject({
    transactions: v.pipe(v.array(bookedTransaction), v.maxLength(transactionsPerEventMax)),
  }),
);
export type TransactionsBooked = v.InferOutput<typeof transactionsBooked>;
