/**
 * Where bars begin and end. Aligned to UTC: days from midnight, weeks from Monday, months from the
 * 1st. Aligned to the FX day: days from 17:00 New York, hours counted from there by the clock on the
 * wall (an `H4` begins at 17, 21, 1, 5, 9, 13), weeks from Sunday 17:00, months of whole FX days.
 *
 * On the weekend a clock changes, a bar of two hours or more keeps its place on the wall and is an
 * hour shorter or longer; shorter bars are the same under both alignments.
 */

import { fxDayEnd, fxDayOf, fxZone } from "../fx_week.ts";
import { epochMs } from "../time.ts";
import { dayMs, type Granularity, hourMs, nominalMs } from "./granularity.ts";

export const barAlignments = ["fx-day", "utc"] as const;
export type BarAlignment = (typeof barAlignments)[number];

/** `[from, until)` in epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export interface BarGrid {
  /** The span that a moment lies in; spans leave no gap and never overlap. */
  spanAt(at: number): Span;
}

export function barGrid(granularity: Granularity, alignment: BarAlignment): BarGrid {
  return { spanAt: alignment === "utc" ? utcSpans(granularity) : fxSpans(granularity) };
}

type SpanAt = (at: number) => Span;

function utcSpans(granularity: Granularity): SpanAt {
  if (granularity === "MN1") return utcMonth;
  // 1970 began on a Thursday; weeks begin on Mondays.
  const ms = nominalMs(granularity);
  return everyMs(ms, granularity === "W1" ? 4 * dayMs : 0);
}

function everyMs(ms: number, origin: number): SpanAt {
  return (at) => {
    const from = Math.floor((at - origin) / ms) * ms + origin;
    return { from, until: from + ms };
  };
}

function utcMonth(at: number): Span {
  const date = new Date(at);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { from: Date.UTC(year, month), until: Date.UTC(year, month + 1) };
}

function fxSpans(granularity: Granularity): SpanAt {
  if (granularity === "MN1") return remembering(fxMonth);
  if (granularity === "W1") return remembering(fxWeek);
  const day = remembering(fxDay);
  if (granularity === "D1") return day;
  const ms = nominalMs(granularity);
  // New York is whole hours from UTC, so an hour begins there when it does in UTC.
  return ms <= hourMs ? everyMs(ms, 0) : hoursOf(day, ms);
}

/** Asks for a span once, however often a moment of it comes. */
function remembering(spanOf: SpanAt): SpanAt {
  let known: Span = { from: 0, until: 0 };
  return (at) => {
    if (at < known.from || at >= known.until) known = spanOf(at);
    return known;
  };
}

function fxDay(at: number): Span {
  const date = fxDayOf(epochMs(at));
  return { from: fxDayEnd(date.subtract({ days: 1 })), until: fxDayEnd(date) };
}

function fxWeek(at: number): Span {
  const date = fxDayOf(epochMs(at));
  const sunday = date.subtract({ days: date.dayOfWeek });
  return { from: fxDayEnd(sunday), until: fxDayEnd(sunday.add({ days: 7 })) };
}

function fxMonth(at: number): Span {
  const first = fxDayOf(epochMs(at)).with({ day: 1 });
  const last = first.add({ months: 1 }).subtract({ days: 1 });
  return { from: fxDayEnd(first.subtract({ days: 1 })), until: fxDayEnd(last) };
}

function hoursOf(dayAt: SpanAt, ms: number): SpanAt {
  return (at) => {
    const day = dayAt(at);
    if (day.until - day.from !== dayMs) return wallSpan(day, { at, hours: ms / hourMs });
    const from = day.from + Math.floor((at - day.from) / ms) * ms;
    return { from, until: from + ms };
  };
}

/** Within a day of 23 or 25 hours: by the clock on the wall. */
function wallSpan(day: Span, { at, hours }: { at: number; hours: number }): Span {
  const start = Temporal.Instant.fromEpochMilliseconds(day.from).toZonedDateTimeISO(fxZone)
    .toPlainDateTime();
  let from = day.from;
  for (let passed = hours; passed < 24; passed += hours) {
    const edge = start.add({ hours: passed }).toZonedDateTime(fxZone).epochMilliseconds;
    if (edge > at) return { from, until: edge };
    from = edge;
  }
  return { from, until: day.until };
}
