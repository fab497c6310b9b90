/** The `executions` topic: what a venue did with an order (FIX ExecutionReport). */

import * as v from "valibot";
import type { AccountId, ExecId, OrderId } from "../../domain/ids.ts";
import {
  formatPrice,
  parsePrice,
  parseUnits,
  type Price,
  type Symbol,
  type Units,
} from "../../domain/instrument.ts";
import { instrumentOf } from "../../domain/instruments.ts";
import type { PriceMark } from "../../domain/quote.ts";
import type { EpochMs } from "../../domain/time.ts";
import { eventSchema } from "./envelope.ts";
import { accountIdText, decimalText, epochMsNumber, orderIdText, symbolText } from "./values.ts";

/**
 * FIX ExecType (150): the venue holds it, set it off, traded some, took new terms, ended it, or would
 * not replace or cancel it.
 */
export const execTypes = [
  "new",
  "triggered",
  "trade",
  "replaced",
  "replace_rejected",
  "canceled",
  "rejected",
  "expired",
  "cancel_rejected",
] as const;
export type ExecType = (typeof execTypes)[number];
/** Those that say no more than that they happened. */
export type PlainExecType = Exclude<
  ExecType,
  "trade" | "triggered" | ReplaceExecType
>;
/** The answers to a replace. */
export type ReplaceExecType = "replaced" | "replace_rejected";

export const executionReported = eventSchema(
  "execution.reported",
  v.strictObject({
    venue: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
    execId: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
    execType: v.picklist(execTypes),
    accountId: accountIdText,
    orderId: orderIdText,
    symbol: symbolText,
    /** Of a trade: units done now, positive. Otherwise `null`, as is `price`. */
    units: v.nullable(decimalText),
    price: v.nullable(decimalText),
    /** Of a trigger: the quote that did it. Otherwise `null`. */
    bid: v.optional(v.nullable(decimalText), null),
    ask: v.optional(v.nullable(decimalText), null),
    /** Of the answer to a replace: which one. Otherwise `null`. */
    revision: v.optional(v.nullable(v.number()), null),
    /** Of `new`, or of an end without it: when the order was handed to the venue. */
    sentAt: v.optional(epochMsNumber),
    /** Venue time of the newest price the venue had, and whether its prices had fallen silent. */
    quotedAt: v.optional(epochMsNumber),
    silent: v.optional(v.literal(true)),
    time: epochMsNumber,
    text: v.nullable(v.string()),
  }),
);
export type ExecutionReported = v.InferOutput<typeof executionReported>;

export interface ReportBase {
  readonly venue: string;
  readonly execId: ExecId;
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly symbol: Symbol;
  readonly time: EpochMs;
  readonly text: string | null;
  /** The prices the venue had, where it tells and had any. */
  readonly mark?: PriceMark;
}

/** A venue's report, typed: only a trade has units and a price, only a trigger its quote. */
export type ExecutionReport =
  | (ReportBase & {
    readonly execType: PlainExecType;
    /** Of `new`, or of an end without it: when the order was handed over, where that was noted. */
    readonly sentAt?: EpochMs;
  })
  | (ReportBase & { readonly execType: ReplaceExecType; readonly revision: number })
  | (ReportBase & { readonly execType: "triggered"; readonly bid: Price; readonly ask: Price })
  | (ReportBase & { readonly execType: "trade"; readonly units: Units; readonly price: Price });

export function toReportData(report: ExecutionReport): ExecutionReported["data"] {
  const trade = report.execType === "trade";
  const quote = report.execType === "triggered" ? report : null;
  const instrument = instrumentOf(report.symbol);
  return {
    venue: report.venue,
    execId: report.execId,
    execType: report.execType,
    accountId: report.accountId,
    orderId: report.orderId,
    symbol: report.symbol,
    units: trade ? String(report.units) : null,
    price: trade ? formatPrice(report.price, instrument) : null,
    bid: quote === null ? null : formatPrice(quote.bid, instrument),
    ask: quote === null ? null : formatPrice(quote.ask, instrument),
    revision: "revision" in report ? report.revision : null,
    ...("sentAt" in report && report.sentAt !== undefined ? { sentAt: report.sentAt } : {}),
    ...report.mark,
    time: report.time,
    text: report.text,
  };
}

/** @throws RangeError when the report's symbol or numbers are not on the grid. */
export function fromReportData(data: ExecutionReported["data"]): ExecutionReport {
  const instrument = instrumentOf(data.symbol as Symbol);
  const base = {
    venue: data.venue,
    execId: data.execId as ExecId,
    accountId: data.accountId as AccountId,
    orderId: data.orderId as OrderId,
    symbol: instrument.symbol,
    time: data.time as EpochMs,
    text: data.text,
    ...markOf(data),
  };
  if (data.execType === "triggered") {
    const bid = parsePrice(data.bid ?? "", instrument);
    const ask = parsePrice(data.ask ?? "", instrument);
    if (typeof bid === "string" || typeof ask === "string") {
      throw new RangeError(`Cannot read trigger ${data.execId}: ${data.bid} to ${data.ask}`);
    }
    return { ...base, execType: "triggered", bid, ask };
  }
  if (data.execType === "replaced" || data.execType === "replace_rejected") {
    if (data.revision === null) throw new RangeError(`Cannot read ${data.execId}: no revision`);
    return { ...base, execType: data.execType, revision: data.revision };
  }
  if (data.execType !== "trade") {
    const sent = data.sentAt === undefined ? {} : { sentAt: data.sentAt as EpochMs };
    return { ...base, execType: data.execType, ...sent };
  }
  const units = parseUnits(data.units ?? "");
  const price = parsePrice(data.price ?? "", instrument);
  if (typeof units === "string" || typeof price === "string" || units <= 0 || price <= 0) {
    throw new RangeError(`Cannot read fill ${data.execId}: ${data.units} at ${data.price}`);
  }
  return { ...base, execType: "trade", units, price };
}

function markOf({ quotedAt, silent }: ExecutionReported["data"]): { mark?: PriceMark } {
  if (quotedAt === undefined) return {};
  return { mark: { quotedAt: quotedAt as EpochMs, ...(silent ? { silent } : {}) } };
}
