/** A tape read from a running platform, tick by tick over its API. */

import type { TickColumns } from "../../shared/domain/columns.ts";
import { parsePrice, type Symbol } from "../../shared/domain/instrument.ts";
import { instrumentOf } from "../../shared/domain/instruments.ts";
import { epochMs, parseRfc3339, toRfc3339 } from "../../shared/domain/time.ts";
import type { Spotwire, Ticks } from "../../shared/sdk/mod.ts";
import { mergeTape } from "../../services/trading-gateway/backtests/engine/merge_tape.ts";
import { BacktestFailed } from "../../services/trading-gateway/backtests/engine/settings.ts";
import type { PeriodTape } from "./period_tape.ts";

const pageMax = 5_000;

export interface PlatformTapeOptions {
  readonly traded: readonly Symbol[];
  readonly symbols: readonly Symbol[];
  readonly source: string;
  readonly from: number;
  readonly to: number;
}

/** @throws BacktestFailed where the source has no ticks of a traded symbol. */
export async function openPlatformTape(
  spotwire: Spotwire,
  options: PlatformTapeOptions,
): Promise<PeriodTape> {
  const { traded, source, from, to } = options;
  const symbols: Symbol[] = [];
  for (const symbol of options.symbols) {
    const first = await spotwire.listTicks(symbol, { ...rangeOf(options), source, limit: 1 });
    if (first.ticks.length > 0) symbols.push(symbol);
    else if (traded.includes(symbol)) {
      throw new BacktestFailed(`The source ${source} has no ticks of ${symbol} in the period`);
    }
  }
  const columns = () => symbols.map((symbol) => readTicks(spotwire, symbol, options));
  return { symbols, name: `${source}, ticks`, from, to, pieces: () => mergeTape(columns()) };
}

const rangeOf = ({ from, to }: PlatformTapeOptions) => ({
  from: toRfc3339(epochMs(from)),
  to: toRfc3339(epochMs(to)),
});

async function* readTicks(
  spotwire: Spotwire,
  symbol: Symbol,
  options: PlatformTapeOptions,
): AsyncGenerator<TickColumns> {
  const { source } = options;
  const { from, to } = rangeOf(options);
  const instrument = instrumentOf(symbol);
  let cursor: string | null = null;
  do {
    const place: { from: string } | { cursor: string } = cursor === null ? { from } : { cursor };
    const page: Ticks = await spotwire.listTicks(symbol, { ...place, to, source, limit: pageMax });
    const { length } = page.ticks;
    const [time, bid, ask] = [
      new Float64Array(length),
      new Int32Array(length),
      new Int32Array(length),
    ];
    page.ticks.forEach((tick, at) => {
      time[at] = parseRfc3339(tick.time)!;
      bid[at] = Number(parsePrice(tick.bid, instrument));
      ask[at] = Number(parsePrice(tick.ask, instrument));
    });
    if (length > 0) yield { length, time, bid, ask, bidVolume: null, askVolume: null };
    cursor = page.next;
  } while (cursor !== null);
}
