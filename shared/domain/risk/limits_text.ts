/** Limits as they stand on every wire and in the store: decimal text, and nothing where no limit is. */

import { formatScaled, parseScaled } from "../decimal.ts";
import { parseUnits, type Units } from "../instrument.ts";
import { findInstrument } from "../instruments.ts";
import { formatMicros, type Micros, parseMicros } from "../money.ts";
import type { RiskLimits } from "./limits.ts";

export interface RiskLimitsText {
  readonly orderUnitsMax?: string | undefined;
  readonly orderNotionalMax?: string | undefined;
  /** Per cent of mid, at most four decimals. */
  readonly collarPercent?: string | undefined;
  readonly collarPoints?: number | undefined;
  readonly positionUnitsMax?: string | undefined;
  readonly exposureMax?: string | undefined;
  readonly openOrdersMax?: number | undefined;
  readonly ordersPerSecondMax?: number | undefined;
  readonly orderBurstMax?: number | undefined;
  readonly dailyLossMax?: string | undefined;
  readonly duplicateMs?: number | undefined;
  readonly symbols?: readonly string[] | undefined;
  readonly totalPositionUnitsMax?: string | undefined;
  readonly totalExposureMax?: string | undefined;
  readonly totalOpenOrdersMax?: number | undefined;
  readonly totalOrdersPerSecondMax?: number | undefined;
  readonly totalOrderBurstMax?: number | undefined;
  readonly totalDailyLossMax?: string | undefined;
}

/** Where a text cannot be a limit, and what was expected. */
export interface LimitFault {
  readonly limit: keyof RiskLimitsText;
  readonly expected: string;
}

/** A millionth is a ten-thousandth of a per cent. */
const percentPrecision = 4;
/** Money of one limit at most: 10^12 of the currency, in micros. */
const moneyMax = 10n ** 18n;
const percentPpmMax = 10_000_000;

/** The limits, or every fault of their texts. */
export function readLimits(text: RiskLimitsText): RiskLimits | readonly LimitFault[] {
  const faults: LimitFault[] = [];
  const read = <T>(
    limit: keyof RiskLimitsText,
    parse: (text: string) => T | null,
    expected: string,
  ) => {
    const value = text[limit];
    if (value === undefined) return null;
    const parsed = parse(String(value));
    if (parsed === null) faults.push({ limit, expected });
    return parsed;
  };
  const wholeUnits = "a positive whole number of units";
  const money = "a positive amount with at most six decimals";
  const limits: RiskLimits = {
    orderUnitsMax: read("orderUnitsMax", readUnits, wholeUnits),
    orderNotionalMax: read("orderNotionalMax", readMoney, money),
    collarPpm: read("collarPercent", readPercent, "0.0001 to 1000, at most four decimals"),
    collarPoints: text.collarPoints ?? null,
    positionUnitsMax: read("positionUnitsMax", readUnits, wholeUnits),
    exposureMax: read("exposureMax", readMoney, money),
    openOrdersMax: text.openOrdersMax ?? null,
    ordersPerSecondMax: text.ordersPerSecondMax ?? null,
    orderBurstMax: text.orderBurstMax ?? null,
    dailyLossMax: read("dailyLossMax", readMoney, money),
    duplicateMs: text.duplicateMs ?? null,
    symbols: text.symbols ?? null,
    totalPositionUnitsMax: read("totalPositionUnitsMax", readUnits, wholeUnits),
    totalExposureMax: read("totalExposureMax", readMoney, money),
    totalOpenOrdersMax: text.totalOpenOrdersMax ?? null,
    totalOrdersPerSecondMax: text.totalOrdersPerSecondMax ?? null,
    totalOrderBurstMax: text.totalOrderBurstMax ?? null,
    totalDailyLossMax: read("totalDailyLossMax", readMoney, money),
  };
  if (text.symbols?.some((symbol) => findInstrument(symbol) === undefined)) {
    faults.push({ limit: "symbols", expected: "symbols of GET /v1/instruments" });
  }
  return faults.length > 0 ? faults : limits;
}

export const isFaulty = (
  read: RiskLimits | readonly LimitFault[],
): read is readonly LimitFault[] => Array.isArray(read);

/** Reads what the platform wrote itself. @throws RangeError when that is no limit. */
export function storedLimits(text: RiskLimitsText): RiskLimits {
  const limits = readLimits(text);
  if (isFaulty(limits)) throw new RangeError(`Cannot read limits: ${JSON.stringify(limits)}`);
  return limits;
}

export function limitsText(limits: RiskLimits): RiskLimitsText {
  const { collarPpm } = limits;
  const units = (value: Units | null) => (value === null ? undefined : String(value));
  const money = (value: Micros | null) => (value === null ? undefined : formatMicros(value));
  const all = {
    orderUnitsMax: units(limits.orderUnitsMax),
    orderNotionalMax: money(limits.orderNotionalMax),
    collarPercent: collarPpm === null ? undefined : formatScaled(collarPpm, percentPrecision),
    collarPoints: limits.collarPoints ?? undefined,
    positionUnitsMax: units(limits.positionUnitsMax),
    exposureMax: money(limits.exposureMax),
    openOrdersMax: limits.openOrdersMax ?? undefined,
    ordersPerSecondMax: limits.ordersPerSecondMax ?? undefined,
    orderBurstMax: limits.orderBurstMax ?? undefined,
    dailyLossMax: money(limits.dailyLossMax),
    duplicateMs: limits.duplicateMs ?? undefined,
    symbols: limits.symbols ?? undefined,
    totalPositionUnitsMax: units(limits.totalPositionUnitsMax),
    totalExposureMax: money(limits.totalExposureMax),
    totalOpenOrdersMax: limits.totalOpenOrdersMax ?? undefined,
    totalOrdersPerSecondMax: limits.totalOrdersPerSecondMax ?? undefined,
    totalOrderBurstMax: limits.totalOrderBurstMax ?? undefined,
    totalDailyLossMax: money(limits.totalDailyLossMax),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function readUnits(text: string): Units | null {
  const value = parseUnits(text);
  return typeof value === "string" || value <= 0 ? null : value;
}

function readMoney(text: string): Micros | null {
  const value = parseMicros(text);
  return typeof value === "string" || value <= 0n || value > moneyMax ? null : value;
}

function readPercent(text: string): number | null {
  const value = parseScaled(text, percentPrecision);
  return typeof value === "string" || value <= 0 || value > percentPpmMax ? null : value;
}
