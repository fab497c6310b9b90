/**
 * The best bid and offer of several sources. Pure: what each source last said and the moment decide,
 * never the order in which they said it. A stale source is never used, and what comes out is never
 * crossed or locked: where the best bid meets the best offer, one of the two sources is wrong, and the
 * one is left out that more trust speaks against, until bid and offer part. Sources that agree so
 * outvote one that does not.
 */

import type { Price } from "../../domain/instrument.ts";
import type { EpochMs } from "../../domain/time.ts";

export interface SourceRules {
  readonly name: string;
  /** How far it is trusted beside the others; one of 0 is used only when no other is there. */
  readonly weight: number;
  /** A price older than this is stale, however alive its source. */
  readonly ageMsMax: number;
}

/** A source not heard for so long is stale with all its prices. */
export const sourceSilentMsMax = 1_750;

/** What a source last said of the symbol, by one steady clock. */
export interface Candidate {
  readonly source: SourceRules;
  readonly bid: Price;
  readonly ask: Price;
  readonly venueTime: EpochMs;
  readonly pricedAt: number;
  /** When the source was last heard at all. */
  readonly heardAt: number;
}

export interface Best {
  readonly bid: Candidate;
  readonly ask: Candidate;
  /** Those that crossed others. */
  readonly leftOut: readonly Candidate[];
}

/** Steps in which a price is trusted less until it is stale. */
const ageSteps = 4;

export const isStale = ({ source, pricedAt, heardAt }: Candidate, now: number): boolean =>
  now - heardAt > sourceSilentMsMax || now - pricedAt > source.ageMsMax;

/**
 * Weight, falling with the price's age to nothing at the age at which it is stale: in steps, for the
 * newest word must not win each time that two sources who both speak all the time disagree.
 */
export const trust = ({ source, pricedAt }: Candidate, now: number): number =>
  source.weight *
  (1 - Math.floor(ageSteps * Math.max(0, now - pricedAt) / source.ageMsMax) / ageSteps);

/** `null` when no source has a price that may be used. */
export function bestOf(candidates: readonly Candidate[], now: number): Best | null {
  const fresh = candidates.filter((one) => !isStale(one, now) && one.bid < one.ask);
  const weighty = fresh.filter(({ source }) => source.weight > 0);
  const left = (weighty.length > 0 ? weighty : fresh)
    .toSorted((one, other) => trust(other, now) - trust(one, now) || byName(one, other));
  const leftOut: Candidate[] = [];
  const against = (one: Candidate) =>
    left.reduce((sum, other) => crosses(one, other) ? sum + trust(other, now) : sum, 0);
  // The most trusted comes first, so it keeps a side against an equal price, and leaves last.
  while (left.length > 0) {
    const bid = left.reduce((best, one) => one.bid > best.bid ? one : best);
    const ask = left.reduce((best, one) => one.ask < best.ask ? one : best);
    if (bid.bid < ask.ask) return { bid, ask, leftOut };
    const [first, second] = left.filter((one) => one === bid || one === ask);
    const outvoted = against(first!) > against(second!) ? first! : second!;
    left.splice(left.indexOf(outvoted), 1);
    leftOut.push(outvoted);
  }
  return null;
}

/** Whether nobody could trade between the two: one bids what the other offers at, or more. */
const crosses = (one: Candidate, other: Candidate): boolean =>
  one !== other && (one.bid >= other.ask || other.bid >= one.ask);

const byName = (one: Candidate, other: Candidate): number =>
  one.source.name < other.source.name ? -1 : one.source.name > other.source.name ? 1 : 0;
