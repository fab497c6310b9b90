/** A tape straight from files of recorded prices, in any format the platform reads. */

import type { BarColumns, TickColumns } from "../../shared/domain/columns.ts";
import type { BarSide } from "../../shared/domain/bar.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { detectSource } from "../../shared/venues/files/detect_source.ts";
import type {
  BarSourceFile,
  SourceFile,
  TickSourceFile,
} from "../../shared/venues/files/source_file.ts";
import { pathOf } from "../../services/trading-gateway/backtests/engine/bar_path.ts";
import { mergeTape } from "../../services/trading-gateway/backtests/engine/merge_tape.ts";
import { BacktestFailed } from "../../services/trading-gateway/backtests/engine/settings.ts";
import { seriesOf } from "./bar_series.ts";
import type { PeriodTape } from "./period_tape.ts";

export interface FilesTapeOptions {
  readonly traded: readonly Symbol[];
  readonly symbols: readonly Symbol[];
  /** Of bars of one side alone: how far the ask lies above the bid. */
  readonly spreadPoints: number;
}

/** One symbol's prices in the files. */
interface Recorded {
  readonly symbol: Symbol;
  readonly from: number;
  readonly to: number;
  /** For a person: `ticks`, `bars of 60 s and 10 points`. */
  readonly kind: string;
  read(): AsyncIterable<TickColumns>;
}

/**
 * Ticks where the path has any, else the shortest bars: of both sides where the ask's lie beside the
 * bid's, in one file or in two. @throws SourceFileError, BacktestFailed
 */
export async function openFilesTape(path: string, options: FilesTapeOptions): Promise<PeriodTape> {
  const { files } = await detectSource(path);
  const ticks = files.filter((file) => file.kind === "ticks");
  const bars = files.filter((file) => file.kind === "bars");
  const recorded: Recorded[] = [];
  for (const symbol of options.symbols) {
    const found = ticks.length > 0
      ? await recordedTicks(ticks, symbol)
      : await recordedBars(bars, symbol, options.spreadPoints);
    if (found !== null) recorded.push(found);
    else if (options.traded.includes(symbol)) {
      throw new BacktestFailed(`${path} holds no prices of ${symbol}`);
    }
  }
  const used: readonly SourceFile[] = ticks.length > 0 ? ticks : bars;
  const formats = [...new Set(used.map(({ format }) => format))];
  const kinds = [...new Set(recorded.map(({ kind }) => kind))];
  return {
    symbols: recorded.map(({ symbol }) => symbol),
    name: ticks.length > 0 ? formats.join(", ") : `${formats.join(", ")}: ${kinds.join(", ")}`,
    from: Math.min(...recorded.map(({ from }) => from)),
    to: Math.max(...recorded.map(({ to }) => to)),
    pieces: () => mergeTape(recorded.map((one) => one.read())),
  };
}

async function recordedTicks(
  files: readonly TickSourceFile[],
  symbol: Symbol,
): Promise<Recorded | null> {
  const ofSymbol = async function* (chunks: ReturnType<TickSourceFile["read"]>) {
    for await (const { symbol: one, ticks } of chunks) if (one === symbol) yield ticks;
  };
  const from = await firstOf(files, (file) => ofSymbol(file.read()), (ticks) => ticks.time[0]!);
  if (from === null) return null;
  const to = await lastOf(files, (chunks) => ofSymbol(chunks), (ticks) => ticks.time.at(-1)!);
  if (to === null) return null;
  const read = async function* () {
    for (const file of files) yield* ofSymbol(file.read());
  };
  return { symbol, from, to: to + 1, kind: "ticks", read };
}

async function recordedBars(
  files: readonly BarSourceFile[],
  symbol: Symbol,
  spreadPoints: number,
): Promise<Recorded | null> {
  const series = await seriesOf(files, symbol);
  if (series === null) return null;
  const { bid, ask, intervalMs } = series;
  const barsIn = (side: BarSide) =>
    async function* (chunks: ReturnType<BarSourceFile["read"]>) {
      for await (const chunk of chunks) {
        if (chunk.symbol !== symbol || chunk.side !== side || chunk.intervalMs !== intervalMs) {
          continue;
        }
        if (chunk.bars.length > 0) yield chunk.bars;
      }
    };
  const bids = barsIn(bid.side);
  const from = await firstOf(bid.files, (file) => bids(file.read()), (bars) => bars.openTime[0]!);
  if (from === null) return null;
  const to = await lastOf(bid.files, bids, (bars) => bars.openTime.at(-1)!);
  if (to === null) return null;
  const all = async function* (of: readonly BarSourceFile[], side: BarSide) {
    for (const file of of) yield* barsIn(side)(file.read());
  };
  const seconds = intervalMs / 1_000;
  return {
    ...{ symbol, from, to: to + intervalMs },
    kind: ask === null
      ? `bars of ${seconds} s and ${spreadPoints} points`
      : `bid and ask bars of ${seconds} s`,
    read: () =>
      ask === null
        ? pathsOfOne(all(bid.files, bid.side), { intervalMs, ask: spreadPoints })
        : pathsOfBoth(all(bid.files, "bid"), all(ask.files, "ask"), intervalMs),
  };
}

async function* pathsOfOne(
  bars: AsyncIterable<BarColumns>,
  about: { intervalMs: number; ask: number },
): AsyncGenerator<TickColumns> {
  for await (const bid of bars) yield pathOf({ ...about, bid });
}

/** Side by side, however the two are cut in chunks: of each, one chunk is held. */
async function* pathsOfBoth(
  bids: AsyncIterable<BarColumns>,
  asks: AsyncGenerator<BarColumns>,
  intervalMs: number,
): AsyncGenerator<TickColumns> {
  try {
    let ask = await asks.next();
    for await (const bid of bids) {
      const last = bid.openTime.at(-1)!;
      while (ask.done !== true) {
        yield pathOf({ intervalMs, bid, ask: ask.value });
        // One that reaches further has asks of the next bids too.
        if (ask.value.openTime.at(-1)! >= last) break;
        ask = await asks.next();
      }
    }
  } finally {
    await asks.return(undefined);
  }
}

/** A moment of the first rows there are; reads no further. */
async function firstOf<File, Columns extends { readonly length: number }>(
  files: readonly File[],
  read: (file: File) => AsyncIterable<Columns>,
  moment: (columns: Columns) => number,
): Promise<number | null> {
  for (const file of files) {
    for await (const columns of read(file)) if (columns.length > 0) return moment(columns);
  }
  return null;
}

/** A moment of the last rows there are: of a file's tail where that can be read alone. */
async function lastOf<Chunk, Columns extends { readonly length: number }>(
  files: readonly { read(): AsyncIterable<Chunk>; tail?(): AsyncIterable<Chunk> }[],
  columnsOf: (chunks: AsyncIterable<Chunk>) => AsyncIterable<Columns>,
  moment: (columns: Columns) => number,
): Promise<number | null> {
  for (const file of files.toReversed()) {
    for (const read of [file.tail, file.read]) {
      let found: number | null = null;
      for await (const columns of read === undefined ? [] : columnsOf(read())) {
        if (columns.length > 0) found = moment(columns);
      }
      if (found !== null) return found;
    }
  }
  return null;
}
