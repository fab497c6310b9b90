/** What the catalogue says of a refusal. */

export interface RejectEntry {
  /** What happened, for a person. */
  readonly title: string;
  /** What to do about it. */
  readonly advice: string;
  /** FIX 4.4 OrdRejReason (103): 0 broker, 1 symbol, 2 closed, 3 limit, 6 duplicate, 13 quantity … */
  readonly fixOrdRejReason: number;
}

export const entry = (fixOrdRejReason: number, title: string, advice: string): RejectEntry => ({
  title,
  advice,
  fixOrdRejReason,
});
