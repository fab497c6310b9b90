/** A tape of stored history: ticks where the source has them, else the path inside its bars. */

import type { Symbol } from "../../../shared/domain/instrument.ts";
import type { BarSeries, TickColumns, TimeRange } from "../../../shared/timeseries/columns.ts";
import type { History, SeriesSummary } from "../../../shared/timeseries/history.ts";
import { pathOf } from "./engine/bar_path.ts";
import { mergeTape } from "./engine/merge_tape.ts";
import { BacktestFailed } from "./engine/settings.ts";
import type { Tape } from "./engine/tape.ts";

export interface HistoryTapeOptions {
  readonly traded: readonly Symbol[];
  /** With those that only convert; they are left out where the source has none. */
  readonly symbols: readonly Symbol[];
  readonly source: string;
  readonly range: TimeRange;
  /** Of bars of one side alone: how far the ask lies above the bid. */
  readonly spreadPoints: number;
}

/**
 * The series that has most of a symbol, of a source or of any.
 * @throws BacktestFailed where there is none.
 */
export async function mostRecorded(
  history: History,
  symbol: Symbol,
  source: string | undefined,
): Promise<SeriesSummary> {
  const listed = (await history.listSeries(symbol)).toSorted((a, b) => b.count - a.count);
  const most = listed.find(({ series }) => source === undefined || series.source === source);
  if (most === undefined) throw new BacktestFailed(`There is no history of ${symbol}`);
  return most;
}

/** @throws BacktestFailed where the source has nothing of a traded symbol. */
export async function openHistoryTape(
  history: History,
  options: HistoryTapeOptions,
): Promise<Tape> {
  const { traded, source, range } = options;
  const readers: { symbol: Symbol; kind: string; read: () => AsyncIterable<TickColumns> }[] = [];
  for (const symbol of options.symbols) {
    const summaries = (await history.listSeries(symbol)).filter(({ series, from, to }) =>
      series.source === source && from < range.to && to >= range.from
    );
    const reader = readerOf(history, summaries, options);
    if (reader !== null) readers.push({ symbol, ...reader });
    else if (traded.includes(symbol)) {
      throw new BacktestFailed(`The source ${source} has no prices of ${symbol} in the period`);
    }
  }
  const kinds = [...new Set(readers.map(({ kind }) => kind))];
  return {
    symbols: readers.map(({ symbol }) => symbol),
    name: `${source}, ${kinds.join(" and ")}`,
    pieces: () => mergeTape(readers.map(({ read }) => read())),
  };
}

function readerOf(
  history: History,
  summaries: readonly SeriesSummary[],
  { range, spreadPoints }: HistoryTapeOptions,
): { kind: string; read: () => AsyncIterable<TickColumns> } | null {
  const ticks = summaries.find(({ kind }) => kind === "ticks");
  if (ticks !== undefined) return { kind: "ticks", read: () => history.ticks(ticks.series, range) };
  const bars = summaries.filter(({ kind }) => kind === "bars")
    .map(({ series }) => series as BarSeries)
    .sort((a, b) => a.intervalMs - b.intervalMs);
  const bid = bars.find(({ side }) => side === "bid") ?? bars.find(({ side }) => side === "mid");
  if (bid === undefined) return null;
  const ask = bars.find(({ side, intervalMs }) => side === "ask" && intervalMs === bid.intervalMs);
  const bySpread = ask === undefined || bid.side === "mid";
  return {
    kind: `bars of ${bid.intervalMs / 1_000} s` + (bySpread ? ` and ${spreadPoints} points` : ""),
    read: async function* () {
      for await (const piece of history.bars(bid, range)) {
        const own = { from: piece.openTime[0]!, to: piece.openTime[piece.length - 1]! + 1 };
        const asks = bySpread ? [] : await Array.fromAsync(history.bars(ask, own));
        const about = { intervalMs: bid.intervalMs, bid: piece };
        if (bySpread) yield pathOf({ ...about, ask: spreadPoints });
        else for (const part of asks) yield pathOf({ ...about, ask: part });
      }
    },
  };
}
