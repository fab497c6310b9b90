/**
 * Which clock a file was written by, from the one thing every FX file shows: the market opens on
 * Sunday at 17:00 in New York, and the row after a weekend says what its clock showed then.
 */

import { createClock, type SourceClock } from "./clock.ts";

export interface ClockChoice {
  readonly clock: SourceClock;
  /** For a person: `51 of 52 weekend opens fall on Sunday 17:00 in New York (utc-5 18)`. */
  readonly why: string;
}

/** A silence of this much is a weekend. */
const weekendMsMin = 36 * 3_600_000;
/** The first quote may come this much after the opening, and clocks err a little. */
const lateMsMax = 45 * 60_000;
const earlyMsMax = 5 * 60_000;
const openingMinute = 17 * 60;
/** Weekends looked at: ten years. */
const opensMax = 520;

/** Collects the rows that follow a weekend. */
export class WeekendOpens {
  readonly wallTimes: number[] = [];
  #last = Infinity;

  see(wallMs: number): void {
    if (wallMs - this.#last >= weekendMsMin && this.wallTimes.length < opensMax) {
      this.wallTimes.push(wallMs);
    }
    this.#last = wallMs;
  }
}

/** The clock under which most opens are on time; the first of the candidates where several are. */
export function chooseClock(
  { wallTimes }: WeekendOpens,
  candidates: readonly [SourceClock, ...SourceClock[]],
): ClockChoice {
  const scores = candidates.map((clock) => ({ clock, onTime: countOnTime(clock, wallTimes) }));
  const best = scores.reduce((a, b) => (b.onTime > a.onTime ? b : a));
  const opens = wallTimes.length;
  const tied = scores.filter((one) => one !== best && one.onTime === best.onTime);
  const others = scores.filter((one) => one !== best && !tied.includes(one))
    .map((one) => `${one.clock} ${one.onTime}`).join(", ");
  if (opens === 0 || best.onTime === 0) {
    const seen = opens === 0 ? "no weekend lies inside" : "no weekend open tells";
    return { clock: best.clock, why: `${seen}; ${best.clock} is what such files usually have` };
  }
  const same = tied.map((one) => one.clock).join(", ");
  return {
    clock: best.clock,
    why: `${best.onTime} of ${opens} weekend opens fall on Sunday 17:00 in New York` +
      (others === "" ? "" : ` (${others})`) +
      (same === "" ? "" : `; ${same} would do as well`),
  };
}

function countOnTime(name: SourceClock, wallTimes: readonly number[]): number {
  const clock = createClock(name);
  let count = 0;
  for (const wall of wallTimes) {
    const utc = clock.toUtc(wall);
    if (typeof utc === "number" && isOpening(utc)) count++;
  }
  return count;
}

function isOpening(utc: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(utc).toZonedDateTimeISO("America/New_York");
  if (local.dayOfWeek !== 7) return false;
  const lateMs = (local.hour * 60 + local.minute - openingMinute) * 60_000;
  return lateMs >= -earlyMsMax && lateMs < lateMsMax;
}
