/** A price cut where traders look: `1.08|42|3`, the pips in the middle. */

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

/** `+0.34%`: from one price to another. */
export function changePercent(from: number, to: number): string {
  const percent = Number(((to / from - 1) * 100).toFixed(2));
  return `${percent > 0 ? "+" : percent < 0 ? "−" : "±"}${Math.abs(percent).toFixed(2)}%`;
}
