/** What ingest has to say, and making few words of many that are published together. */

import { quotesPerEventMax } from "../../shared/contracts/messages/quotes.ts";
import type { Quote } from "../../shared/domain/quote.ts";
import type { Heard } from "./decide.ts";

/** Quotes, quotes that came late, or that the venue was heard: one event of the `quotes` topic each. */
export type Word =
  | { readonly quotes: readonly Quote[] }
  | { readonly late: readonly Quote[] }
  | { readonly heard: Heard };

/** Market time within which a sign of life says nothing that its neighbours do not. */
export const sparseBeatMs = 10_000;

/**
 * Joins neighbouring quotes, and leaves out signs of life that something else follows within a few
 * seconds. Every quote stays, in its order, and so do what became of symbols and the last word.
 */
export function mergeWords(words: readonly Word[]): Word[] {
  const merged: Word[] = [];
  /** Quotes of the last merged word while it may still grow. */
  let growing: Quote[] | null = null;
  let saidAt = -Infinity;
  for (const [index, word] of words.entries()) {
    if ("heard" in word) {
      const { time } = word.heard;
      const isSpare = index < words.length - 1 && time - saidAt < sparseBeatMs;
      if (isSpare && !changesStanding(word.heard)) continue;
      merged.push(word);
      growing = null;
      saidAt = time;
      continue;
    }
    if ("late" in word) {
      merged.push(word);
      growing = null;
      continue;
    }
    const { quotes } = word;
    saidAt = quotes.at(-1)!.venueTime;
    if (growing !== null && growing.length + quotes.length <= quotesPerEventMax) {
      growing.push(...quotes);
    } else {
      growing = [...quotes];
      merged.push({ quotes: growing });
    }
  }
  return merged;
}

const changesStanding = ({ withdrawn, restored }: Heard): boolean =>
  withdrawn.length + restored.length > 0;
