/** The `accounts` topic: each account as it now stands, for the edges' own order check. */

import * as v from "valibot";
import { accountCurrencies } from "../../domain/currency.ts";
import { positionModes } from "../../domain/position.ts";
import { defaultTenant, tenantPattern } from "../../domain/risk/levels.ts";
import { eventSchema } from "./envelope.ts";
import { accountIdText, count, decimalText, symbolText } from "./values.ts";

/** The newest wins by `lastTransactionId`; older ones are ignored. */
export const accountUpdated = eventSchema(
  "account.updated",
  v.strictObject({
    accountId: accountIdText,
    /** Whose rules of risk govern it. */
    tenant: v.optional(v.pipe(v.string(), v.regex(tenantPattern)), defaultTenant),
    currency: v.picklist(accountCurrencies),
    positionMode: v.optional(v.picklist(positionModes), "netting"),
    /** Cash, micros as decimal text. */
    balance: decimalText,
    lastTransactionId: count,
    openOrders: count,
    /** Of a hedging account, one each way a symbol at most. */
    positions: v.array(
      v.strictObject({ symbol: symbolText, units: decimalText, openCost: decimalText }),
    ),
  }),
);
export type AccountUpdated = v.InferOutput<typeof accountUpdated>;
