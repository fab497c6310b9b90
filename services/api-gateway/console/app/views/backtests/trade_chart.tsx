/** A backtest's trades on the prices it ran over: all of them, or one from near. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import {
  type BacktestReport,
  type Spotwire,
  SpotwireProblem,
} from "../../../../../../shared/sdk/mod.ts";
import {
  type BacktestTrade,
  pastBarsMax,
  sourceOf,
  type Window,
  windowOf,
} from "../../backtests/report_figures.ts";
import { toCandle } from "../../chart/candles.ts";
import type { Candle } from "../../chart/candle.ts";
import { ChartBoard, type ChartTrade } from "../../chart/chart_board.ts";
import { onThemeChange } from "../../chart/palette.ts";
import { useApp } from "../../core/app.ts";
import { unitsText } from "../../ui/numbers.ts";
import { usePoll } from "../../ui/use_poll.ts";

interface TradeChartProps {
  readonly report: BacktestReport;
  readonly trade: Signal<BacktestTrade | null>;
}

/** Trades marked at once at most: more hide the prices. */
const marksMax = 400;

export function TradeChart({ report, trade }: TradeChartProps) {
  const { client, instruments } = useApp();
  const chosen = trade.value;
  const symbols = report.settings.symbols;
  const other = useSignal(symbols[0]!);
  const symbol = chosen?.symbol ?? other.value;
  const shown = windowOf(report, chosen);
  const [bars] = usePoll(() => readBars(client, { symbol, source: sourceOf(report), ...shown }), {
    key: `${symbol} ${shown.from} ${shown.to}`,
  });
  const { value, failure } = bars.value;
  const precision = instruments.bySymbol.value.get(symbol)?.pricePrecision ?? 5;
  return (
    <figure class="trade-chart">
      <figcaption>
        <span>
          {chosen === null
            ? `All trades in ${symbol}; choose one below to see it from near`
            : `The trade in ${symbol} of ${chosen.openedAt.slice(0, 16).replace("T", " ")} UTC`}
        </span>
        {chosen === null && symbols.length > 1 && (
          <select
            aria-label="Instrument of the chart"
            value={symbol}
            onChange={(event) => (other.value = event.currentTarget.value)}
          >
            {symbols.map((one) => <option key={one}>{one}</option>)}
          </select>
        )}
        {chosen !== null && (
          <button type="button" onClick={() => (trade.value = null)}>All trades</button>
        )}
      </figcaption>
      {failure !== null && <p class="refusal" role="alert">{failure}</p>}
      {value?.length === 0 && <p class="empty">No bars of {symbol} are stored for this period.</p>}
      {value !== null && value.length > 0 && (
        <Picture
          key={`${symbol} ${shown.from} ${shown.to} ${chosen?.openedAt}`}
          {...{ bars: value, symbol, precision, report, chosen }}
        />
      )}
    </figure>
  );
}

type BarsAsked = Window & { readonly symbol: string; readonly source: string };

async function readBars(client: Spotwire, asked: BarsAsked): Promise<Candle[]> {
  const { symbol, source } = asked;
  const [from, to] = [asked.from, asked.to].map((at) => new Date(at).toISOString()) as [
    string,
    string,
  ];
  const read = async (granularity: Window["granularity"]) => {
    const query = { source, granularity, from, to, limit: pastBarsMax };
    return (await client.listBars(symbol, query)).bars.map(toCandle);
  };
  if (!asked.granularity.startsWith("S")) return await read(asked.granularity);
  // A source of bars alone has none shorter than a minute, and says so.
  return await read(asked.granularity).catch((error) => {
    if (error instanceof SpotwireProblem && error.status === 404) return read("M1");
    throw error;
  });
}

interface PictureProps {
  readonly bars: readonly Candle[];
  readonly symbol: string;
  readonly precision: number;
  readonly report: BacktestReport;
  readonly chosen: BacktestTrade | null;
}

function Picture({ bars, symbol, precision, report, chosen }: PictureProps) {
  const { kept } = useApp();
  const element = useRef<HTMLDivElement>(null);
  const { zone } = kept.habits.value;
  const marks = marksOf(chosen === null ? report.trades : [chosen], symbol);
  useEffect(() => {
    const board = new ChartBoard({
      ...{ element: element.current!, pricePrecision: precision, zone },
      onNearStart: () => {},
      onCross: () => {},
    });
    board.show(bars, null);
    board.trades(marks);
    board.showWhole();
    const stop = onThemeChange(() => board.restyle());
    return () => {
      stop();
      board.remove();
    };
  }, [bars, zone, precision]);
  return (
    <div
      class="past-chart"
      ref={element}
      role="img"
      aria-label={`${symbol} with ${marks.length} entries and exits; the table below has their prices`}
      data-marks={marks.length}
    />
  );
}

/** Entries and exits, each as the trade it was. */
function marksOf(trades: readonly BacktestTrade[], symbol: string): ChartTrade[] {
  const own = trades.filter((one) => one.symbol === symbol).slice(0, marksMax);
  const isOne = own.length === 1;
  return own.flatMap((one) => {
    const bought = one.side === "buy";
    const words = isOne ? unitsText(one.units) : "";
    const entry = { at: Date.parse(one.openedAt), bought, text: words };
    if (one.closedAt === null) return [entry];
    const exit = { at: Date.parse(one.closedAt), bought: !bought, text: isOne ? "exit" : "" };
    return [entry, exit];
  });
}
