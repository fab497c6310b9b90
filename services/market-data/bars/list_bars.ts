/** A page of bars in its views: for JSON, and as a table. */

import type { z } from "@hono/zod-openapi";
import type { barsView, barView } from "../../../shared/contracts/http/market_history.ts";
import type { FoldedBars } from "../../../shared/domain/bars/bar_builder.ts";
import { formatScaled } from "../../../shared/domain/decimal.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import type { BarsPage, BarsQuery } from "../history/read_bars.ts";
import type { Table, TableColumn } from "../tables/table.ts";

/** Decimals of a mean spread beyond those of a price. */
const meanDecimals = 3;
const meanScale = 10 ** meanDecimals;

export function toBarsView(
  { bars, next }: BarsPage,
  instrument: Instrument,
  query: BarsQuery,
): z.infer<typeof barsView> {
  const { symbol, side, granularity, alignment, source } = query;
  return {
    symbol,
    side,
    granularity,
    alignment,
    source,
    bars: Array.from({ length: bars.length }, (_, at) => toBarView(bars, at, instrument)),
    next: next === null ? null : toRfc3339(epochMs(next)),
  };
}

function toBarView(
  bars: FoldedBars,
  at: number,
  { pricePrecision }: Instrument,
): z.infer<typeof barView> {
  const view: z.infer<typeof barView> = {
    openTime: toRfc3339(epochMs(bars.openTime[at]!)),
    open: formatScaled(bars.open[at]!, pricePrecision),
    high: formatScaled(bars.high[at]!, pricePrecision),
    low: formatScaled(bars.low[at]!, pricePrecision),
    close: formatScaled(bars.close[at]!, pricePrecision),
    ticks: bars.ticks[at]!,
  };
  if (bars.volume !== null) view.volume = bars.volume[at]!;
  const { spread } = bars;
  if (spread !== null && view.ticks > 0) {
    view.spread = {
      min: formatScaled(spread.min[at]!, pricePrecision),
      mean: formatScaled(meanOf(spread.sum[at]!, view.ticks), pricePrecision + meanDecimals),
      max: formatScaled(spread.max[at]!, pricePrecision),
    };
  }
  return view;
}

/** `sum / ticks` in thousandths of a point, rounded half to even. */
export function meanOf(sum: number, ticks: number): number {
  const scaled = sum * meanScale;
  const floor = Math.floor(scaled / ticks);
  const twice = 2 * (scaled - floor * ticks);
  const up = twice > ticks || (twice === ticks && floor % 2 !== 0);
  return up ? floor + 1 : floor;
}

/** The bars as a table; spreads only where they were asked for, whatever the ticks knew. */
export function toBarsTable(bars: FoldedBars, { pricePrecision }: Instrument): Table {
  const price = (name: string, values: Int32Array): TableColumn => ({
    name,
    kind: "price",
    values,
    scale: pricePrecision,
  });
  const columns: TableColumn[] = [
    { name: "open_time", kind: "time", values: bars.openTime },
    price("open", bars.open),
    price("high", bars.high),
    price("low", bars.low),
    price("close", bars.close),
    { name: "ticks", kind: "count", values: bars.ticks },
  ];
  if (bars.volume !== null) columns.push({ name: "volume", kind: "number", values: bars.volume });
  const { spread, ticks } = bars;
  if (spread !== null) {
    const isNull = (row: number) => ticks[row]! <= 0;
    const mean = spread.sum.map((sum, at) => ticks[at]! > 0 ? meanOf(sum, ticks[at]!) : 0);
    const scale = pricePrecision + meanDecimals;
    columns.push(
      { ...price("spread_min", spread.min), isNull },
      { name: "spread_mean", kind: "price", values: mean, scale, isNull },
      { ...price("spread_max", spread.max), isNull },
    );
  }
  return { length: bars.length, columns };
}
