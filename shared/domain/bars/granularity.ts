/**
 * Lengths of bars, spelled as MetaTrader and OANDA do: a letter and a count, with `D1`, `W1` and
 * `MN1` for the day, the week and the month. This is the one spelling of the platform.
 */

export const granularities = [
  "S1",
  "S5",
  "S10",
  "S15",
  "S30",
  "M1",
  "M2",
  "M4",
  "M5",
  "M10",
  "M15",
  "M30",
  "H1",
  "H2",
  "H3",
  "H4",
  "H6",
  "H8",
  "H12",
  "D1",
  "W1",
  "MN1",
] as const;
export type Granularity = (typeof granularities)[number];

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

const unitMs = { S: 1_000, M: 60_000, H: hourMs, D: dayMs, W: 7 * dayMs } as const;

/** How long a bar is, in milliseconds; of a month the longest, 31 days. */
export function nominalMs(granularity: Granularity): number {
  if (granularity === "MN1") return 31 * dayMs;
  const unit = granularity[0] as keyof typeof unitMs;
  return Number(granularity.slice(1)) * unitMs[unit];
}
