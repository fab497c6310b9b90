/** Which bars of a symbol files hold, as the beginnings of the files tell. */

import type { BarSide } from "../../shared/domain/bar.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import type { BarChunk, BarSourceFile } from "../../shared/venues/files/source_file.ts";

/** Reads of a file's beginning: what stands side by side in it has come up by then. */
const readsMax = 3;

type Head = Pick<BarChunk, "symbol" | "side" | "intervalMs">;

export interface BarSeries {
  /** The shortest there is of the bid, or of the mid. */
  readonly intervalMs: number;
  readonly bid: { readonly side: BarSide; readonly files: readonly BarSourceFile[] };
  /** Of the same interval; `null` without any. */
  readonly ask: { readonly files: readonly BarSourceFile[] } | null;
}

/** `null` where no file holds bids or mids of the symbol. @throws SourceFileError */
export async function seriesOf(
  files: readonly BarSourceFile[],
  symbol: Symbol,
): Promise<BarSeries | null> {
  const found = await headsOf(files, symbol, readsMax) ?? await headsOf(files, symbol, Infinity);
  if (found === null) return null;
  const filesOf = (side: BarSide, intervalMs: number) =>
    found.filter(({ heads }) =>
      heads.some((head) => head.side === side && head.intervalMs === intervalMs)
    ).map(({ file }) => file);
  const heads = found.flatMap((one) => one.heads);
  const side = (["bid", "mid"] as const).find((side) => heads.some((head) => head.side === side));
  if (side === undefined) return null;
  const intervals = heads.filter((head) => head.side === side).map((head) => head.intervalMs);
  const intervalMs = Math.min(...intervals);
  const asks = side === "bid" ? filesOf("ask", intervalMs) : [];
  return {
    intervalMs,
    bid: { side, files: filesOf(side, intervalMs) },
    ask: asks.length === 0 ? null : { files: asks },
  };
}

/** Files that have the symbol among their first rows, with what they have of it. */
async function headsOf(
  files: readonly BarSourceFile[],
  symbol: Symbol,
  reads: number,
): Promise<{ file: BarSourceFile; heads: Head[] }[] | null> {
  const found: { file: BarSourceFile; heads: Head[] }[] = [];
  for (const file of files) {
    const heads = (await headOf(file, reads)).filter((head) => head.symbol === symbol);
    if (heads.length > 0) found.push({ file, heads });
  }
  return found.length === 0 ? null : found;
}

async function headOf(file: BarSourceFile, reads: number): Promise<Head[]> {
  const heads = new Map<string, Head>();
  let [bytesRead, left] = [-1, reads];
  for await (const chunk of file.read()) {
    // Chunks that were read together say the same of how far they reach.
    if (chunk.bytesRead !== bytesRead && left-- === 0) break;
    bytesRead = chunk.bytesRead;
    const { symbol, side, intervalMs } = chunk;
    heads.set(`${symbol} ${side} ${intervalMs}`, { symbol, side, intervalMs });
    const other = side === "bid" ? "ask" : "bid";
    // A pair of files is known to have both, however far apart they begin.
    if (file.format === "fxcm-bars") {
      heads.set(`${symbol} ${other} ${intervalMs}`, { symbol, side: other, intervalMs });
    }
  }
  return [...heads.values()];
}
