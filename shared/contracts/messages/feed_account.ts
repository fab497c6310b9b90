/**
 * Frames of the feed's channel `account`: where an account stands, everything that happens to it, and
 * what it is worth. They are JSON text under the binary protocol too: they are few.
 */

import * as v from "valibot";
import { accountIdText, count, decimalText, epochMsNumber, requestId } from "./values.ts";

const id = v.optional(requestId);
const channel = v.literal("account");
/** Read over HTTP by the edge, and passed on as it is. */
const view = (name: string) =>
  v.pipe(v.looseObject({}), v.description(`\`${name}\` of the OpenAPI document`));

/** The fields the feed itself reads; the others are passed on as they are. */
export const bookedTransaction = v.pipe(
  v.looseObject({
    accountId: accountIdText,
    transactionId: count,
    // Any text, so that an edge passes on what a newer trading gateway books.
    type: v.string(),
    time: v.string(),
  }),
  v.description("`Transaction` of the OpenAPI document"),
);
export type BookedTransaction = v.InferOutput<typeof bookedTransaction>;

// ---------- from the client

export const subscribeAccountFrame = v.pipe(
  v.strictObject({
    type: v.literal("subscribe"),
    channel,
    accountId: accountIdText,
    since: v.optional(
      v.pipe(
        count,
        v.description(
          "The last transaction seen; 0 for all. Left out: a snapshot, then what follows",
        ),
      ),
    ),
    id,
  }),
  v.description("Follows an account; again, it starts anew. Answered once the account was read"),
);

export const unsubscribeAccountFrame = v.pipe(
  v.strictObject({ type: v.literal("unsubscribe"), channel, accountId: accountIdText, id }),
  v.description("Follows the account no longer"),
);

// ---------- from the edge

export const accountSubscribedFrame = v.pipe(
  v.strictObject({
    type: v.literal("subscribed"),
    id,
    channel,
    accounts: v.pipe(v.array(accountIdText), v.description("Every account the socket follows")),
  }),
  v.description("Answers `subscribe` and `unsubscribe` of the channel `account`"),
);

export const accountSnapshotFrame = v.pipe(
  v.strictObject({
    type: v.literal("account_snapshot"),
    accountId: accountIdText,
    lastTransactionId: v.pipe(
      count,
      v.description("All of the frame is as this transaction left it; the next one follows"),
    ),
    account: view("Account"),
    orders: v.pipe(v.array(view("Order")), v.description("The open ones, oldest first")),
    positions: v.array(view("Position")),
  }),
  v.description("Follows `subscribed` where the client named no transaction to resume from"),
);

export const transactionsFrame = v.pipe(
  v.strictObject({
    type: v.literal("transactions"),
    accountId: accountIdText,
    transactions: v.pipe(v.array(bookedTransaction), v.minLength(1)),
  }),
  v.description(
    "What happened to the account: every transaction once, in order, without gaps. A client that " +
      "reads slowly is told later, never less",
  ),
);

const amount = v.nullable(decimalText);

export const accountValuesFrame = v.pipe(
  v.strictObject({
    type: v.literal("account_values"),
    accountId: accountIdText,
    lastTransactionId: v.pipe(count, v.description("Whose account is valued")),
    time: epochMsNumber,
    balance: decimalText,
    unrealised: amount,
    equity: amount,
    marginUsed: amount,
    marginAvailable: amount,
  }),
  v.description(
    "What the account is worth at the newest quotes, in its currency, when that has changed; null " +
      "while a price is missing",
  ),
);
