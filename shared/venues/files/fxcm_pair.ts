/**
 * FXCM gives the bid bars and the ask bars of a month as two files whose names differ in that word.
 * They are read as one source, side by side, and a bar that stands on one side only is told.
 */

import {
  type BarChunk,
  type BarSourceFile,
  type RowNote,
  type SourceFile,
  SourceFileError,
} from "./source_file.ts";

/** Unpaired bars told of in a chunk; the rest are counted. */
const notesMax = 20;

/** Pairs what belongs together, and gives the other files as they are. */
export function pairFiles(files: readonly SourceFile[], isAsked: boolean): SourceFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const paired: SourceFile[] = [];
  for (const bid of files) {
    const askPath = otherSide(bid.path);
    const ask = askPath === null ? undefined : byPath.get(askPath);
    if (ask === undefined || !isSideFile(bid) || !isSideFile(ask)) continue;
    byPath.delete(bid.path);
    byPath.delete(ask.path);
    paired.push(pairOf(bid, ask));
  }
  const [alone] = byPath.values();
  if (isAsked && alone !== undefined) {
    throw new SourceFileError(alone.path, "its other side is missing, bid or ask");
  }
  return [...paired, ...byPath.values()];
}

const isSideFile = (file: SourceFile): file is BarSourceFile => file.format === "csv-bars";

/** The path of the ask file beside a bid file. */
function otherSide(path: string): string | null {
  const slash = path.lastIndexOf("/") + 1;
  const name = path.slice(slash);
  const other = name.replace(
    /(^|[_.-])(bid)(?=[_.-])/i,
    (_, before: string, bid: string) =>
      before + (bid === "BID" ? "ASK" : bid === "Bid" ? "Ask" : "ask"),
  );
  return other === name ? null : path.slice(0, slash) + other;
}

function pairOf(bid: BarSourceFile, ask: BarSourceFile): BarSourceFile {
  return {
    ...bid,
    format: "fxcm-bars",
    sides: ["bid", "ask"],
    bytes: bid.bytes + ask.bytes,
    from: bid.from < ask.from ? bid.from : ask.from,
    read: (signal) => readPair(bid, ask, signal),
  };
}

/** Bid and ask chunks in turn, whichever is behind in time. */
async function* readPair(
  bid: BarSourceFile,
  ask: BarSourceFile,
  signal: AbortSignal | undefined,
): AsyncGenerator<BarChunk> {
  const sides = [new Side(bid, signal), new Side(ask, signal)] as const;
  try {
    const [a, b] = sides;
    await a.next(b);
    await b.next(a);
    for (;;) {
      const side = b.chunk === null || (a.chunk !== null && a.until <= b.until) ? a : b;
      const chunk = side.chunk;
      if (chunk === null) return;
      const other = side === a ? b : a;
      checkTogether(side.file.path, chunk, other);
      const notes = [...(chunk.notes ?? []), ...side.alone(other.file.path)];
      const bytesRead = side.bytesRead + other.bytesRead;
      yield { ...chunk, path: side.file.path, bytesRead, ...(notes.length > 0 ? { notes } : {}) };
      await side.next(other);
    }
  } finally {
    await Promise.all(sides.map((side) => side.close()));
  }
}

function checkTogether(path: string, chunk: BarChunk, { chunk: other, file }: Side): void {
  if (other === null || other === chunk) return;
  if (chunk.side === other.side) {
    throw new SourceFileError(
      path,
      `its bars are ${chunk.side} bars, and so are ${nameOf(file.path)}'s`,
    );
  }
  if (chunk.intervalMs !== other.intervalMs || chunk.symbol !== other.symbol) {
    throw new SourceFileError(
      path,
      `its bars are not the other side of those in ${nameOf(file.path)}`,
    );
  }
}

/** The other file lies in the same folder, wherever that is. */
const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** One of the two files, and its chunk that is next. */
class Side {
  readonly file: BarSourceFile;
  readonly #chunks: AsyncIterator<BarChunk>;
  chunk: BarChunk | null = null;
  bytesRead = 0;
  /** Rows whose other side has not been seen, by open time: those of two chunks at most. */
  readonly #unpaired = new Map<number, number>();

  constructor(file: BarSourceFile, signal: AbortSignal | undefined) {
    this.file = file;
    this.#chunks = file.read(signal)[Symbol.asyncIterator]();
  }

  get until(): number {
    return this.chunk?.bars.openTime.at(-1) ?? -Infinity;
  }

  async next(other: Side): Promise<void> {
    const { done, value } = await this.#chunks.next();
    this.chunk = done === true ? null : value;
    this.bytesRead = this.chunk?.bytesRead ?? this.file.bytes;
    if (this.chunk === null) return;
    const { bars, rows, firstRow } = this.chunk;
    for (let at = 0; at < bars.length; at++) {
      const time = bars.openTime[at]!;
      if (!other.#unpaired.delete(time)) this.#unpaired.set(time, rows?.[at] ?? firstRow + at);
    }
  }

  /** Bars of this chunk that the other side has not: its chunk, read ahead, reaches past them. */
  alone(otherPath: string): RowNote[] {
    const rows = [...this.#unpaired.values()];
    this.#unpaired.clear();
    const text = `the ${this.chunk?.side} bar has no other side in ${nameOf(otherPath)}`;
    const notes = rows.slice(0, notesMax).map((row) => ({ row, text }));
    const more = rows.length - notesMax;
    if (more > 0) notes.push({ row: rows[notesMax]!, text: `${text}; and ${more - 1} bars more` });
    return notes;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
