/** How long history is kept, by whose it is. */

import { findInstrument } from "../domain/instruments.ts";
import type { SeriesKey } from "./series_store.ts";

export interface KeepRule {
  readonly kind: SeriesKey["kind"];
  readonly source: string;
  /** Without it, every symbol of the source that no other rule names. */
  readonly symbol: string | null;
  /** Days back from the market's time; 0 is for ever. */
  readonly days: number;
}

const rulePattern = /^(ticks|bars):([a-z0-9-]{1,40})(?::([A-Z0-9]{1,20}))?=(\d{1,5})$/;

/** Reads `ticks:dukascopy=365` or `bars:dukascopy:EURUSD=0`; `null` where the text is no rule. */
export function parseKeepRule(text: string): KeepRule | null {
  const [, kind, source, symbol = null, days] = rulePattern.exec(text) ?? [];
  if (kind === undefined || symbol !== null && findInstrument(symbol) === undefined) return null;
  return { kind: kind as KeepRule["kind"], source: source!, symbol, days: Number(days) };
}

/**
 * Days that a series is kept, 0 for ever: as the last rule for its symbol says, else the last one
 * for its source. What no rule names is kept.
 */
export function daysKept(rules: readonly KeepRule[], series: SeriesKey): number {
  const its = rules.filter(({ kind, source }) => kind === series.kind && source === series.source);
  const rule = its.findLast(({ symbol }) => symbol === series.symbol) ??
    its.findLast(({ symbol }) => symbol === null);
  return rule?.days ?? 0;
}
