/** A price cut where traders look: `1.08|42|3`, the pips in the middle. */

import { formatScaled, parseScaled } from "../../../../../shared/domain/decimal.ts";

export interface PriceParts {
  readonly head: string;
  /** The last two digits of whole pips. */
  readonly pips: string;
  /** Fractions of a pip. */
  readonly rest: string;
}

/** Decimals of a pip of `0.0001` are 4. */
export function decimalsOf(pip: string): number {
  const point = pip.indexOf(".");
  return point < 0 ? 0 : pip.replace(/0+$/, "").length - point - 1;
}

export function splitPrice(text: string, pipDecimals: number): PriceParts {
  const point = text.indexOf(".");
  const end = point < 0 ? text.length : Math.min(text.length, point + 1 + pipDecimals);
  // Two digits, whatever point stands between them.
  let start = end;
  for (let digits = 0; start > 0 && digits < 2;) {
    start -= 1;
    if (text[start] !== ".") digits += 1;
  }
  return { head: text.slice(0, start), pips: text.slice(start, end), rest: text.slice(end) };
}

/** How far the ask is above the bid, in pips with one decimal. */
export function spreadPips(bid: string, ask: string, pip: string): string {
  return ((Number(ask) - Number(bid)) / Number(pip)).toFixed(1);
}

/** Decimals that any price has at most. */
const decimalsMax = 6;

/**
 * `+0.34%`: from a mid to that of a bid and an ask, halves away from zero. Whole numbers throughout,
 * so a change on the edge between two texts gets the right one. `null` for what is no price.
 */
export function changePercent(
  from: string,
  { bid, ask }: { bid: string; ask: string },
): string | null {
  const [before, sold, bought] = [from, bid, ask].map((text) => parseScaled(text, decimalsMax));
  if (typeof before !== "number" || typeof sold !== "number" || typeof bought !== "number") {
    return null;
  }
  if (before <= 0) return null;
  const change = sold + bought - 2 * before;
  const numerator = Math.abs(change) * 10_000;
  const rest = numerator % (2 * before);
  const hundredths = (numerator - rest) / (2 * before) + (rest >= before ? 1 : 0);
  const sign = hundredths === 0 ? "±" : change > 0 ? "+" : "−";
  return `${sign}${formatScaled(hundredths, 2)}%`;
}
