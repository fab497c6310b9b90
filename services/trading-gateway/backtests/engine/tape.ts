/** Recorded prices in the order a run meets them, in pieces of columns. */

import type { Symbol } from "../../../../shared/domain/instrument.ts";

/** Prices of one or more symbols by time, index by index, in points. */
export interface TapePiece {
  readonly length: number;
  /** Epoch milliseconds. */
  readonly time: Float64Array;
  readonly bid: Int32Array;
  readonly ask: Int32Array;
  /** Which of the tape's symbols each is of; `null` where there is one. */
  readonly slot: Uint8Array | null;
}

export interface Tape {
  /** At most 255; slots count from 0. */
  readonly symbols: readonly Symbol[];
  /** For a person: where they come from. */
  readonly name: string;
  pieces(): AsyncIterable<TapePiece>;
}
