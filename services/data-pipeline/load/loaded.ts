/** What a load comes to. */

/** What a load that came to its end tells. */
export interface Loaded {
  /** About single rows. */
  readonly notes: readonly string[];
  /** The last row read of each file, by its name; `Infinity` where it was read to its end. */
  readonly readTo: ReadonlyMap<string, number>;
}
