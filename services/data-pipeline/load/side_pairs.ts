/**
 * Brings the bid piece and the ask piece of the same bars together, so that each is checked in sight
 * of the other. A piece waits while the other side has not come as far, up to a number of rows: files
 * give a side some days ahead of the other, not months.
 */

import type { BarSide } from "../../../shared/domain/bar.ts";
import { type Piece, pieceKey, type PieceSeries } from "./piece.ts";

/** Rows of one series that wait at most; beyond, its oldest piece goes on alone. */
const waitingRowsMax = 100_000;

const otherSide = { bid: "ask", ask: "bid" } as const;

/** Whether rows of the other side may still come that stand beside a piece's. */
const isToCome = (piece: Piece, side: BarSide, open: Piece | undefined): boolean => {
  if (open !== undefined) return open.period.from <= piece.period.from;
  const { file } = piece.segments.at(-1)!.of;
  return file.kind === "bars" && file.sides.includes(side);
};

export class SidePairs {
  readonly #waiting = new Map<string, Piece[]>();

  /** Takes a complete piece; those that wait for nothing more. `openOf` is the piece in hand of a series. */
  add(piece: Piece, openOf: (series: PieceSeries) => Piece | undefined): Piece[] {
    const { series, period } = piece;
    if (series.side !== "bid" && series.side !== "ask") return [piece];
    const other: PieceSeries = { ...series, side: otherSide[series.side] };
    const own = this.#of(series);
    const theirs = this.#of(other);
    const ready: Piece[] = [];
    // The other side is as far as this piece: what of it lies before has no pair.
    while (theirs.length > 0 && theirs[0]!.period.from < period.from) ready.push(theirs.shift()!);
    if (theirs[0]?.period.from === period.from) {
      const pair = theirs.shift()!;
      pair.otherSide = piece;
      piece.otherSide = pair;
      return [...ready, ...own.splice(0), pair, piece];
    }
    if (!isToCome(piece, other.side!, openOf(other))) return [...ready, ...own.splice(0), piece];
    own.push(piece);
    let rows = own.reduce((sum, one) => sum + one.rows, 0);
    while (rows > waitingRowsMax && own.length > 1) {
      rows -= own[0]!.rows;
      ready.push(own.shift()!);
    }
    return ready;
  }

  /** Position of the first file with rows of a piece that waits; `Infinity` without. */
  get firstFile(): number {
    let first = Infinity;
    for (const pieces of this.#waiting.values()) {
      for (const piece of pieces) first = Math.min(first, piece.firstFile);
    }
    return first;
  }

  /** All that wait; nothing more will come. */
  end(): Piece[] {
    const rest = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    return rest;
  }

  #of(series: PieceSeries): Piece[] {
    const key = pieceKey(series);
    let pieces = this.#waiting.get(key);
    if (pieces === undefined) this.#waiting.set(key, pieces = []);
    return pieces;
  }
}
