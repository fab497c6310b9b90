/** Clocks, timers and ids of a running process. The one place that meets the machine's own. */

import { setImmediate } from "node:timers";
import { type EpochMs, epochMs, type Timer } from "../domain/time.ts";
import type { IdSource } from "../domain/ids.ts";

export type { IdSource } from "../domain/ids.ts";

/** UUID v7 (RFC 9562), in order of making: milliseconds, a 12-bit counter, 62 random bits. */
export const uuidIds: IdSource = uuidsOf(() => Date.now());

/** On the platform's own random UUIDs, which are made natively; every request takes one. */
export function uuidsOf(now: () => number): IdSource {
  let at = 0;
  let prefix = "";
  let count = 0;
  return {
    next() {
      const ms = now();
      if (ms > at || count === 0xfff) {
        // With the counter spent, or the clock set back, ids run ahead of it and stay in order.
        at = Math.max(ms, at + 1);
        count = 0;
        const text = at.toString(16).padStart(12, "0");
        prefix = `${text.slice(0, 8)}-${text.slice(8)}-7`;
      } else count++;
      return prefix + count.toString(16).padStart(3, "0") + crypto.randomUUID().slice(18);
    },
  };
}

/** Longest single wait of the platform's timers (2^31 - 1 ms); longer ones are waited in parts. */
const waitMsMax = 2_147_483_647;

/** Waits; never rejects, and ends early when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timeout);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timeout = setTimeout(end, Math.min(ms, waitMsMax));
    signal.addEventListener("abort", end, { once: true });
  });
}

/** Resolves after the input that is ready now has been taken; a timeout of 0 takes milliseconds. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function sleep(timer: Timer, until: { at: EpochMs; speed: number; signal: AbortSignal }) {
  const { at, speed, signal } = until;
  for (let left = at - timer.now(); left > 0 && !signal.aborted; left = at - timer.now()) {
    await pause(Math.max(1, left / speed), signal);
  }
}

/** The machine's clock. */
export const systemTimer: Timer = {
  now: () => epochMs(Date.now()),
  sleepUntil: (at, signal) => sleep(systemTimer, { at, speed: 1, signal }),
};

/**
 * A clock that starts at `startAt` now and runs `speed` times as fast.
 * @throws RangeError unless `speed` is positive.
 */
export function scaledTimer(startAt: EpochMs, speed: number): Timer {
  if (!(speed > 0)) throw new RangeError(`Cannot run a clock at speed ${speed}: use more than 0`);
  const startedAt = performance.now();
  const timer: Timer = {
    now: () => epochMs(Math.floor(startAt + (performance.now() - startedAt) * speed)),
    sleepUntil: (at, signal) => sleep(timer, { at, speed, signal }),
  };
  return timer;
}

/** A clock that jumps to each moment waited for, after the work that is ready has had its turn. */
export function virtualTimer(startAt: EpochMs): Timer {
  let now = startAt;
  return {
    now: () => now,
    async sleepUntil(at, signal) {
      await nextTurn();
      if (!signal.aborted && at > now) now = at;
    },
  };
}
