/** Schemas of the values that many messages share. Text on the wire, exact numbers inside. */

import * as v from "valibot";
import { accountIdPattern, clientOrderIdPattern } from "../../domain/ids.ts";
import { currencies } from "../../domain/currency.ts";

export const decimalText = v.pipe(v.string(), v.regex(/^-?\d{1,20}(\.\d{1,12})?$/));
export const symbolText = v.pipe(v.string(), v.regex(/^[A-Z]{6}$/));
export const accountIdText = v.pipe(v.string(), v.regex(accountIdPattern));
export const clientOrderIdText = v.pipe(v.string(), v.regex(clientOrderIdPattern));
export const orderIdText = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,39}\.\d{1,15}$/));
export const currencyText = v.picklist(currencies);
/** Milliseconds since 1970, as on the hot topics where text would cost more than the price. */
export const epochMsNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** The `id` of a feed frame and of its answer. */
export const requestId = v.pipe(
  v.string(),
  v.maxLength(64),
  v.description("Chosen by the client; comes back in the answer"),
);
