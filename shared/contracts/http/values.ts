/** Schemas of the values that many routes share. */

import { z } from "@hono/zod-openapi";
import { accountCurrencies, currencies } from "../../domain/currency.ts";
import { accountIdPattern, clientOrderIdPattern } from "../../domain/ids.ts";
import { tenantPattern } from "../../domain/risk/levels.ts";

export const accountId = z.string().regex(accountIdPattern).openapi({ example: "demo" });
export const tenant = z.string().regex(tenantPattern).openapi({
  description: "Accounts of one tenant are governed together",
  example: "default",
});
export const clientOrderId = z
  .string()
  .regex(clientOrderIdPattern)
  .openapi({ description: "Yours, unique in the account; makes a retry safe", example: "first-1" });
export const orderId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}\.\d{1,15}$/)
  .openapi({ example: "demo.3" });
export const symbol = z.string().regex(/^[A-Z]{6}$/).openapi({ example: "EURUSD" });
export const currency = z.enum(currencies).openapi({ example: "EUR" });
export const accountCurrency = z.enum(accountCurrencies).openapi({ example: "USD" });
export const timestamp = z
  .string()
  .openapi({ format: "date-time", example: "2026-01-05T09:30:00.123Z" });
/** Plain decimal text. Reading is lenient in length only: the order check names what is wrong. */
export const decimal = z.string().max(40).openapi({ example: "1.14321" });
/** A person's own words: any text that a database holds, so neither NUL nor half a character. */
export const words = (lengthMax: number) =>
  z.string().max(lengthMax).refine(
    (text) => text.isWellFormed() && !text.includes("\0"),
    "Expected text without NUL and lone surrogates",
  );
export const transactionId = z.number().int().min(0);
