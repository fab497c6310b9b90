/** Time as an argument: milliseconds inside, RFC 3339 in UTC on every wire. */

import type { Brand } from "./brand.ts";

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Brand<number, "EpochMs">;

/** Something that tells the time: the machine's, a replay's, or a test's. */
export interface Clock {
  now(): EpochMs;
}

export const epochMs = (value: number): EpochMs => value as EpochMs;

const dayMs = 86_400_000;
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"));

/** {@link toRfc3339} for many times in order: a date is written once, times only after it. */
export function rfc3339Writer(): (at: EpochMs) => string {
  let day = NaN;
  let date = "";
  return (at) => {
    const dayOfAt = Math.floor(at / dayMs);
    if (dayOfAt !== day) {
      day = dayOfAt;
      date = toRfc3339(epochMs(day * dayMs)).slice(0, -13);
    }
    const ms = at - day * dayMs;
    const seconds = Math.floor(ms / 1_000);
    const minutes = Math.floor(seconds / 60);
    const clock = twoDigits[Math.floor(minutes / 60)]! + ":" + twoDigits[minutes % 60]! + ":" +
      twoDigits[seconds % 60]!;
    return `${date}${clock}.${String(ms % 1_000).padStart(3, "0")}Z`;
  };
}

const rfc3339Pattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** `2019-02-04T00:00:00.123Z`. */
export const toRfc3339 = (at: EpochMs): string => new Date(at).toISOString();

/** Reads RFC 3339 with a zone; anything else, a missing zone included, is `null`. */
export function parseRfc3339(text: string): EpochMs | null {
  if (!rfc3339Pattern.test(text)) return null;
  try {
    return epochMs(Temporal.Instant.from(text).epochMilliseconds);
  } catch {
    return null; // February 30th and other dates that match the pattern only
  }
}

/** A clock that stands still until it is moved; it never goes back. */
export class ManualClock implements Clock {
  #now: EpochMs;

  constructor(start: EpochMs) {
    this.#now = start;
  }

  now(): EpochMs {
    return this.#now;
  }

  /** Moves to `at` when that is later. */
  advanceTo(at: EpochMs): void {
    if (at > this.#now) this.#now = at;
  }

  advanceBy(ms: number): void {
    this.#now = epochMs(this.#now + ms);
  }
}

/** A clock one can wait on: the machine's, or one that jumps to the moment waited for. */
export interface Timer extends Clock {
  /** Resolves at `at`, or at once when that has passed or the signal aborts. */
  sleepUntil(at: EpochMs, signal: AbortSignal): Promise<void>;
}
