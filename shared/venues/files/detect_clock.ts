/**
 * Which clock a file was written by, from what every FX file shows: the market opens on Sunday at 17:00
 * in New York (metals an hour later), and the row after a weekend says what its clock showed then.
 * Clocks that fit the openings alike are told apart by rows that one of them puts into the weekend.
 */

import { TradingHours } from "../../domain/fx_week.ts";
import { epochMs } from "../../domain/time.ts";
import { createClock, type SourceClock } from "./clock.ts";

export interface ClockChoice {
  readonly clock: SourceClock;
  /** For a person: `51 of 52 weekend opens fall on Sunday 17:00 in New York (utc-5 18)`. */
  readonly why: string;
  /** Other clocks that the file fits as well; absent where none does. */
  readonly alike?: readonly SourceClock[];
}

/** A silence of this much is a weekend. */
const weekendMsMin = 36 * 3_600_000;
/** The first quote may come this much after the opening, and clocks err a little. */
const lateMsMax = 45 * 60_000;
const clockErrorMs = 5 * 60_000;
/** The last quote of a week may come this much before the closing. */
const restMsMax = 15 * 60_000;
/** Weekends looked at: ten years. */
const weekendsMax = 520;

/** Collects the rows around the weekends of a file, its first and its last one. */
export class WeekendTimes {
  /** What the clock showed when the market opened. */
  readonly opens: number[] = [];
  /** What it showed when it had closed. */
  readonly closes: number[] = [];
  /** The smallest step from row to row: bars begin that much before they end. */
  stepMs = Infinity;
  #first = NaN;
  #last = NaN;

  see(wallMs: number): void {
    const step = wallMs - this.#last;
    if (Number.isNaN(step)) this.#first = wallMs;
    if (step >= weekendMsMin && this.opens.length < weekendsMax) {
      this.opens.push(wallMs);
      this.closes.push(this.#last);
    }
    if (step > 0 && step < this.stepMs) this.stepMs = step;
    this.#last = wallMs;
  }

  /** The first row, those before each weekend, and the last one. */
  get edges(): number[] {
    return Number.isNaN(this.#last) ? [] : [this.#first, ...this.closes, this.#last];
  }
}

interface Score {
  readonly clock: SourceClock;
  /** Opens that fall on the opening. */
  readonly onTime: number;
  /** Rows that it puts into the closed weekend. */
  readonly closed: number;
  /** Weeks that end at the closing. */
  readonly closings: number;
}

/**
 * The clock under which most opens are on time; of those the one that puts fewest rows into the
 * weekend, and then the one by which most weeks end at the closing. The first of the candidates where
 * several are alike.
 */
export function chooseClock(
  times: WeekendTimes,
  candidates: readonly [SourceClock, ...SourceClock[]],
  symbol: string | null = null,
): ClockChoice {
  const week = weekOf(symbol);
  const scores = candidates.map((clock) => scoreOf(clock, times, week));
  const best = scores.reduce((a, b) => (isBetter(b, a) ? b : a));
  const tied = scores.filter((one) => one !== best && !isBetter(best, one));
  const others = scores.filter((one) => one !== best && !tied.includes(one));
  const alike = tied.length === 0 ? {} : { alike: tied.map(({ clock }) => clock) };
  return { clock: best.clock, why: whyText({ best, tied, others }, times, week), ...alike };
}

const isBetter = (a: Score, b: Score): boolean =>
  (a.onTime - b.onTime || b.closed - a.closed || a.closings - b.closings) > 0;

interface Scores {
  readonly best: Score;
  readonly tied: readonly Score[];
  readonly others: readonly Score[];
}

function whyText(
  { best, tied, others }: Scores,
  { opens: { length } }: WeekendTimes,
  { opening }: Week,
): string {
  const told = others.filter(({ onTime }) => onTime === best.onTime)
    .map((one) => `; ${worseText(one, best)}`).join("");
  if (length === 0 || best.onTime === 0) {
    const seen = length === 0 ? "no weekend lies inside" : "no weekend open tells";
    return told === "" ? `${seen}; ${best.clock} is what such files usually have` : seen + told;
  }
  const fewer = others.filter(({ onTime }) => onTime < best.onTime)
    .map(({ clock, onTime }) => `${clock} ${onTime}`).join(", ");
  const same = tied.map(({ clock }) => clock).join(", ");
  return `${best.onTime} of ${length} weekend opens fall on Sunday ${opening}:00 in New York` +
    (fewer === "" ? "" : ` (${fewer})`) + told +
    (same === "" ? "" : `; ${same} would do as well`);
}

/** Why a clock is not taken whose opens are as well on time. */
const worseText = (one: Score, best: Score): string =>
  one.closed > best.closed
    ? `by ${one.clock} ${one.closed === 1 ? "a row lies" : `${one.closed} rows lie`} in a weekend`
    : `by ${one.clock} ${one.closings} weeks end at the closing, not ${best.closings}`;

/** When an instrument's week opens and closes, hours of New York. */
interface Week {
  readonly opening: number;
  readonly closing: number;
}

/** 18:00 of an instrument that rests in the hour before, as metals do. */
function weekOf(symbol: string | null): Week {
  const evening = epochMs(Date.UTC(2018, 0, 7, 22, 30));
  const isOpen = symbol === null || new TradingHours().of(symbol).isOpen(evening);
  return { opening: isOpen ? 17 : 18, closing: 17 };
}

function scoreOf(name: SourceClock, times: WeekendTimes, week: Week): Score {
  const { opens, closes, edges, stepMs } = times;
  // A long bar of the closing minute lies in the weekend; ticks may come a little late.
  const errorMs = stepMs < clockErrorMs ? clockErrorMs : 0;
  const opening = week.opening * hourMs;
  const closing = week.closing * hourMs;
  return {
    clock: name,
    onTime: count(
      name,
      opens,
      (day, ms) => day === 7 && ms >= opening - clockErrorMs && ms < opening + lateMsMax,
    ),
    closed: count(name, edges, (day, ms) =>
      day === 6 || (day === 5 && ms >= closing + errorMs) ||
      (day === 7 && ms < opening - clockErrorMs)),
    closings: count(
      name,
      closes,
      (day, ms) =>
        day === 5 && ms >= closing - Math.max(restMsMax, stepMs) && ms < closing + errorMs,
    ),
  };
}

const hourMs = 3_600_000;

/** How many times fall, by a clock, where the day of the week and time of day in New York please. */
function count(
  name: SourceClock,
  wallTimes: readonly number[],
  pleases: (day: number, ms: number) => boolean,
): number {
  const clock = createClock(name);
  let found = 0;
  for (const wall of wallTimes) {
    const utc = clock.toUtc(wall);
    if (typeof utc !== "number") continue;
    const local = Temporal.Instant.fromEpochMilliseconds(utc).toZonedDateTimeISO(
      "America/New_York",
    );
    if (pleases(local.dayOfWeek, local.hour * hourMs + local.minute * 60_000)) found++;
  }
  return found;
}
