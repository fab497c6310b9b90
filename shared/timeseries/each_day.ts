/** Rounds of upkeep over many days of many series. */

import { HistoryDamaged } from "./block_pages.ts";

/** After so many that cannot be read, the depot or the disk is at fault and not a block. */
const damagedMax = 10;

/**
 * Does `work` on each until `signal` aborts. A day that cannot be read does not hold up the others.
 * @throws HistoryDamaged at the end, where any could not be read; anything else at once.
 */
export async function eachDay<T>(
  days: readonly T[],
  work: (day: T) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const damaged: HistoryDamaged[] = [];
  for (const day of days) {
    if (signal?.aborted || damaged.length === damagedMax) break;
    try {
      await work(day);
    } catch (error) {
      if (!(error instanceof HistoryDamaged)) throw error;
      damaged.push(error);
    }
  }
  const [first, ...more] = damaged;
  if (first === undefined) return;
  if (more.length === 0) throw first;
  throw new HistoryDamaged(`${first.message}; and ${more.length} more days`, { cause: first });
}
