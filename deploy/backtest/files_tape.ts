/** A tape straight from files of recorded prices, in any format the platform reads. */

import type { TickColumns } from "../../shared/domain/columns.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { detectSource } from "../../shared/venues/files/detect_source.ts";
import type { SourceFile } from "../../shared/venues/files/source_file.ts";
import { pathOf } from "../../services/trading-gateway/backtests/engine/bar_path.ts";
import { mergeTape } from "../../services/trading-gateway/backtests/engine/merge_tape.ts";
import { BacktestFailed } from "../../services/trading-gateway/backtests/engine/settings.ts";
import type { PeriodTape } from "./period_tape.ts";

export interface FilesTapeOptions {
  readonly traded: readonly Symbol[];
  readonly symbols: readonly Symbol[];
  readonly spreadPoints: number;
}

/** Ticks where the path has any, else bars of the bid or the mid. @throws SourceFileError */
export async function openFilesTape(path: string, options: FilesTapeOptions): Promise<PeriodTape> {
  const { files } = await detectSource(path);
  const ticks = files.filter(({ kind }) => kind === "ticks");
  const used = ticks.length > 0 ? ticks : files;
  const bounds = new Map<Symbol, { from: number; to: number }>();
  for (const symbol of options.symbols) {
    const first = await edgeOf(used, symbol, options.spreadPoints);
    const last = await edgeOf(used.toReversed(), symbol, options.spreadPoints);
    if (first !== null && last !== null) bounds.set(symbol, { from: first.from, to: last.to });
    else if (options.traded.includes(symbol)) {
      throw new BacktestFailed(`${path} holds no prices of ${symbol}`);
    }
  }
  const symbols = [...bounds.keys()];
  const formats = [...new Set(used.map(({ format }) => format))];
  return {
    symbols,
    name: formats.join(", "),
    from: Math.min(...[...bounds.values()].map(({ from }) => from)),
    to: Math.max(...[...bounds.values()].map(({ to }) => to)),
    pieces: () => mergeTape(symbols.map((one) => columnsOf(used, one, options.spreadPoints))),
  };
}

async function* columnsOf(
  files: readonly SourceFile[],
  symbol: Symbol,
  spreadPoints: number,
): AsyncGenerator<TickColumns> {
  for (const file of files) {
    if (file.kind === "ticks") {
      for await (const chunk of file.read()) {
        if (chunk.symbol === symbol && chunk.ticks.length > 0) yield chunk.ticks;
      }
      continue;
    }
    for await (const chunk of file.read()) {
      if (chunk.symbol !== symbol || chunk.side === "ask") continue;
      const { intervalMs, bars } = chunk;
      const path = pathOf({ intervalMs, bid: bars, ask: spreadPoints });
      if (path.length > 0) yield path;
    }
  }
}

/** The times of the first of the files that has any. */
async function edgeOf(
  files: readonly SourceFile[],
  symbol: Symbol,
  spreadPoints: number,
): Promise<{ from: number; to: number } | null> {
  for (const file of files) {
    let from: number | null = null;
    let to = 0;
    for await (const { time, length } of columnsOf([file], symbol, spreadPoints)) {
      from ??= time[0]!;
      to = time[length - 1]! + 1;
    }
    if (from !== null) return { from, to };
  }
  return null;
}
