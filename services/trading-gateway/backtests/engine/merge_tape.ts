/** Columns of several symbols as one tape by time; of one moment, the earlier symbol comes first. */

import type { TickColumns } from "../../../../shared/domain/columns.ts";
import type { TapePiece } from "./tape.ts";

const pieceRows = 16_384;

/** A symbol's columns, and how far they are taken. */
class Cursor {
  readonly slot: number;
  readonly #columns: AsyncIterator<TickColumns>;
  #piece: TickColumns | null = null;
  #at = 0;

  constructor(columns: AsyncIterable<TickColumns>, slot: number) {
    this.slot = slot;
    this.#columns = columns[Symbol.asyncIterator]();
  }

  /** Sees to it that there is a row at hand; `false` at the end. */
  async load(): Promise<boolean> {
    while (this.#piece === null || this.#at >= this.#piece.length) {
      const next = await this.#columns.next();
      if (next.done === true) return false;
      this.#piece = next.value;
      this.#at = 0;
    }
    return true;
  }

  get time(): number {
    return this.#piece!.time[this.#at]!;
  }

  /** Takes rows earlier than `until`, as many as fit; whether it stopped for want of rows. */
  take(into: Filling, until: { readonly time: number; readonly orAt: boolean }): boolean {
    const { time, bid, ask, length } = this.#piece!;
    const { piece } = into;
    while (this.#at < length && into.length < pieceRows) {
      const at = time[this.#at]!;
      if (at > until.time || (at === until.time && !until.orAt)) return false;
      piece.time[into.length] = at;
      piece.bid[into.length] = bid[this.#at]!;
      piece.ask[into.length] = ask[this.#at]!;
      piece.slot[into.length++] = this.slot;
      this.#at++;
    }
    return this.#at >= length;
  }

  async close(): Promise<void> {
    await this.#columns.return?.();
  }
}

interface Filling {
  readonly piece: {
    readonly time: Float64Array;
    readonly bid: Int32Array;
    readonly ask: Int32Array;
    readonly slot: Uint8Array;
  };
  length: number;
}

const newFilling = (): Filling => ({
  piece: {
    time: new Float64Array(pieceRows),
    bid: new Int32Array(pieceRows),
    ask: new Int32Array(pieceRows),
    slot: new Uint8Array(pieceRows),
  },
  length: 0,
});

const filled = ({ piece, length }: Filling): TapePiece => ({
  length,
  time: piece.time.subarray(0, length),
  bid: piece.bid.subarray(0, length),
  ask: piece.ask.subarray(0, length),
  slot: piece.slot.subarray(0, length),
});

/** Each symbol's columns by time, in the order of the tape's symbols. */
export async function* mergeTape(
  columns: readonly AsyncIterable<TickColumns>[],
): AsyncGenerator<TapePiece> {
  if (columns.length === 1) {
    for await (const { length, time, bid, ask } of columns[0]!) {
      yield { length, time, bid, ask, slot: null };
    }
    return;
  }
  let cursors = columns.map((one, slot) => new Cursor(one, slot));
  try {
    cursors = await loaded(cursors);
    let filling = newFilling();
    while (cursors.length > 0) {
      const first = cursors.reduce((a, b) => b.time < a.time ? b : a);
      const others = cursors.filter((one) => one !== first);
      const next = others.length === 0 ? null : others.reduce((a, b) => b.time < a.time ? b : a);
      const until = next === null
        ? { time: Infinity, orAt: true }
        : { time: next.time, orAt: first.slot < next.slot };
      const isEmpty = first.take(filling, until);
      if (filling.length === pieceRows) {
        yield filled(filling);
        filling = newFilling();
      }
      if (isEmpty) cursors = await loaded(cursors);
    }
    if (filling.length > 0) yield filled(filling);
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
}

async function loaded(cursors: readonly Cursor[]): Promise<Cursor[]> {
  const left: Cursor[] = [];
  for (const cursor of cursors) if (await cursor.load()) left.push(cursor);
  return left;
}
