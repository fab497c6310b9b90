/** Times of requests. */

import { parseRfc3339 } from "../../../shared/domain/time.ts";
import { timesMax, timesMin } from "./read_bars.ts";

/** A time the contract has checked, within the times history can hold; `undefined` stays. */
export function instantOf(text: string): number;
export function instantOf(text: string | undefined): number | undefined;
export function instantOf(text: string | undefined): number | undefined {
  const at = text === undefined ? null : parseRfc3339(text);
  return at === null ? undefined : Math.min(timesMax, Math.max(timesMin, at));
}
