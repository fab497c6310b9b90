/** What the readers of files give, as numbers of series: each with the day it describes and the
 * moment it became known. */

import { type EpochMs, epochMs } from "../../../shared/domain/time.ts";
import type {
  Positioning,
  PositioningChunk,
  RateChunk,
  ReferenceRate,
} from "../../../shared/venues/files/other_files.ts";

export interface ReferenceNumber {
  readonly series: string;
  readonly source: string;
  readonly title: string;
  readonly day: string;
  readonly knownAt: EpochMs;
  readonly knownBy: "schedule" | "name";
  /** Decimal text by name, digit by digit as published. */
  readonly numbers: Readonly<Record<string, string>>;
}

export const numbersOf = (chunk: RateChunk | PositioningChunk): ReferenceNumber[] =>
  "rates" in chunk ? chunk.rates.map(ofRate) : chunk.positions.map(ofPositions);

/** The bank publishes at about 16:00 in Frankfurt, until 2016 an hour or two earlier. */
function ofRate({ date, base, currency, rate }: ReferenceRate): ReferenceNumber {
  return {
    series: `ecb.${currency}`,
    source: "ecb-rates",
    title: `${currency} for one ${base}`,
    day: date,
    knownAt: instantIn("Europe/Berlin", `${date}T16:00`),
    knownBy: "schedule",
    numbers: { rate },
  };
}

/**
 * The commission publishes at 15:30 in New York, by its timetable on Fridays. Where a file's name tells a day and no
 * hour, that day must be over there: too late does no harm, too early would be foresight.
 */
function ofPositions(of: Positioning): ReferenceNumber {
  const { market, contractCode, asOf, knownOn, knownBy, ...counts } = of;
  const zone = "America/New_York";
  return {
    series: `cftc.${contractCode}`,
    source: "cftc-cot",
    title: market,
    day: asOf,
    knownAt: knownBy === "schedule"
      ? instantIn(zone, `${knownOn}T15:30`)
      : instantIn(zone, `${Temporal.PlainDate.from(knownOn).add({ days: 1 })}T00:00`),
    knownBy,
    numbers: Object.fromEntries(
      Object.entries(counts).map(([name, count]) => [name, String(count)]),
    ),
  };
}

const instantIn = (zone: string, wallTime: string): EpochMs =>
  epochMs(Temporal.PlainDateTime.from(wallTime).toZonedDateTime(zone).epochMilliseconds);
