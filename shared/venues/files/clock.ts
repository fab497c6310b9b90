/**
 * The clocks that files are written by, taken to UTC exactly. A clock's day is looked up once, with
 * `Temporal`, and every row of it is arithmetic. Where an hour stands twice, order tells the two
 * passes apart; a time inside a skipped hour is none.
 */

/**
 * `utc`; a fixed offset, `-05:00`; a zone, `America/New_York`; or a zone and hours, for a clock that
 * keeps the zone's summer dates some hours off: `Europe/London-5` is UTC-5 with European dates,
 * `America/New_York+7` the usual MetaTrader server. {@link clockNames} holds short names.
 */
export type SourceClock = string;

/** Short names for the usual clocks. */
export const clockNames: Readonly<Record<string, SourceClock>> = {
  "utc-5": "-05:00",
  "new-york": "America/New_York",
  "utc-5-eu-dates": "Europe/London-5",
  "metatrader": "America/New_York+7",
};

/** Takes what a clock on the wall showed to UTC, one row after another in the file's order. */
export interface WallClock {
  /** Epoch milliseconds, or why there is no such moment. */
  toUtc(wallMs: number): number | string;
  /** What the row before made worth telling: the reader takes it and sets it to `null`. */
  note: string | null;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A row this much earlier than the one before is out of order; further back is the second pass. */
const outOfOrderMsMax = 60_000;
/** No zone is further from UTC. */
const offsetMsMax = 16 * hourMs;

const pattern = /^(.*?[A-Za-z])([+-]\d{1,2})?$/;
const offsetPattern = /^([+-])(\d\d):(\d\d)$/;

/** @throws RangeError for a name that is no clock */
export function createClock(name: SourceClock): WallClock {
  const clock = clockNames[name] ?? name;
  if (clock === "utc") return new FixedClock(0);
  const offset = offsetPattern.exec(clock);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    return new FixedClock((offset[1] === "-" ? -1 : 1) * minutes * 60_000);
  }
  const zone = pattern.exec(clock);
  if (zone === null) throw unknownClock(name);
  try {
    return new ZoneClock(zone[1]!, Number(zone[2] ?? 0) * hourMs);
  } catch (cause) {
    throw unknownClock(name, { cause });
  }
}

const unknownClock = (name: string, options?: ErrorOptions): RangeError =>
  new RangeError(
    `Cannot read the clock "${name}": use utc, an offset such as -05:00, a zone such as ` +
      `America/New_York, or one of ${Object.keys(clockNames).join(", ")}`,
    options,
  );

class FixedClock implements WallClock {
  note: string | null = null;
  readonly #offsetMs: number;

  constructor(offsetMs: number) {
    this.#offsetMs = offsetMs;
  }

  toUtc(wallMs: number): number {
    return wallMs - this.#offsetMs;
  }
}

/** A stretch of time in which a zone keeps one offset. */
interface OffsetSpan {
  /** Epoch milliseconds of its first moment. */
  readonly from: number;
  readonly offsetMs: number;
}

/** A zone's clock, moved by some hours. */
class ZoneClock implements WallClock {
  note: string | null = null;
  readonly #zone: string;
  readonly #shiftMs: number;
  #day = NaN;
  #spans: readonly OffsetSpan[] = [];
  #lastUtc = -Infinity;
  #toldOf = NaN;

  constructor(zone: string, shiftMs: number) {
    this.#zone = new Temporal.ZonedDateTime(0n, zone).timeZoneId;
    this.#shiftMs = shiftMs;
  }

  toUtc(wallMs: number): number | string {
    const local = wallMs - this.#shiftMs;
    const day = Math.floor(local / dayMs);
    if (day !== this.#day) {
      this.#spans = spansAround(this.#zone, day * dayMs);
      this.#day = day;
    }
    const spans = this.#spans;
    const utc = spans.length === 1 ? local - spans[0]!.offsetMs : this.#resolve(local);
    if (typeof utc === "number") this.#lastUtc = utc;
    return utc;
  }

  /** On a day when the clock changes. */
  #resolve(local: number): number | string {
    const spans = this.#spans;
    let first = NaN;
    for (let at = 0; at < spans.length; at++) {
      const { from, offsetMs } = spans[at]!;
      const utc = local - offsetMs;
      if (utc < from || utc >= (spans[at + 1]?.from ?? Infinity)) continue;
      if (Number.isNaN(first)) first = utc;
      else return this.#whichPass(first, utc, from);
    }
    return Number.isNaN(first) ? "does not exist: the clock skips this hour" : first;
  }

  #whichPass(first: number, second: number, change: number): number {
    const isSecond = this.#lastUtc >= change || first < this.#lastUtc - outOfOrderMsMax;
    const told = isSecond ? change : change - 1;
    if (this.#toldOf !== told) {
      this.#toldOf = told;
      const hour = new Date(first + spanShift(second, first)).toISOString().slice(0, 10);
      this.note = isSecond
        ? `an hour of ${hour} stands twice: from here time falls back, this is its second pass`
        : `an hour of ${hour} stands twice: taken as its first pass until time falls back`;
    }
    return isSecond ? second : first;
  }
}

/** To name the local date of the doubled hour it is enough to stay on the same side of midnight. */
const spanShift = (second: number, first: number): number => -4 * (second - first);

/** The offsets of a zone around a local day, more than one where it changes nearby. */
function spansAround(zone: string, dayStart: number): OffsetSpan[] {
  const start = dayStart - offsetMsMax;
  const end = dayStart + dayMs + offsetMsMax;
  let at = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone);
  const spans = [{ from: -Infinity, offsetMs: at.offsetNanoseconds / 1e6 }];
  for (;;) {
    const next = at.getTimeZoneTransition("next");
    if (next === null || next.epochMilliseconds >= end) return spans;
    spans.push({ from: next.epochMilliseconds, offsetMs: next.offsetNanoseconds / 1e6 });
    at = next;
  }
}
