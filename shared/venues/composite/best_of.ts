/**
 * The best bid and offer of several sources. Pure: what each source last said and the moment decide,
 * never the order in which they said it. A stale source is never used, and what comes out is never
 * crossed or locked: where the best bid meets the best offer, one of the two sources is wrong, and the
 * less trusted one is left out, until bid and offer part.
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
}

export const isStale = ({ source, pricedAt, heardAt }: Candidate, now: number): boolean =>
  now - heardAt > sourceSilentMsMax || now - pricedAt > source.ageMsMax;

/**
 * Weight, falling with the price's age to nothing at the age at which it is stale. Of equal trust,
 * the name decides, so that the same prices always give the same answer.
 */
export const trust = ({ source, pricedAt }: Candidate, now: number): number =>
  source.weight * (1 - Math.max(0, now - pricedAt) / source.ageMsMax);

/** `null` when no source has a price that may be used. */
export function bestOf(candidates: readonly Candidate[], now: number): Best | null {
  const fresh = candidates.filter((one) => !isStale(one, now) && one.bid < one.ask);
  const weighty = fresh.filter(({ source }) => source.weight > 0);
  const left = (weighty.length > 0 ? weighty : fresh)
    .toSorted((one, other) => trust(other, now) - trust(one, now) || byName(one, other));
  // The most trusted comes first, so it keeps a side against an equal price, and leaves last.
  while (left.length > 0) {
    const bid = left.reduce((best, one) => one.bid > best.bid ? one : best);
    const ask = left.reduce((best, one) => one.ask < best.ask ? one : best);
    if (bid.bid < ask.ask) return { bid, ask };
    left.splice(Math.max(left.indexOf(bid), left.indexOf(ask)), 1);
  }
  return null;
}

const byName = (one: Candidate, other: Candidate): number =>
  one.source.name < other.source.name ? -1 : one.source.name > other.source.name ? 1 : 0;
