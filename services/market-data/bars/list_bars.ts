/** A page of bars in its views: for JSON, and as a table. */

import type { FoldedBars } from "../../../shared/domain/bars/bar_builder.ts";
import { formatScaled } from "../../../shared/domain/decimal.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";
import { epochMs, rfc3339Writer, toRfc3339 } from "../../../shared/domain/time.ts";
import type { BarsPage, BarsQuery } from "../history/read_bars.ts";
import { numberColumn, type Table, type TableColumn } from "../tables/table.ts";

/** Decimals of a mean spread beyond those of a price. */
const meanDecimals = 3;
const meanScale = 10 ** meanDecimals;

/**
 * The JSON text of a `barsView`. Written out as text: a page has thousands of bars, and all of their
 * cells are digits that need no escaping.
 */
export function barsJson(
  { side, alignment, bars, next }: BarsPage,
  instrument: Instrument,
  query: BarsQuery,
): string {
  const { symbol, granularity, source } = query;
  const about = JSON.stringify({ symbol, side, granularity, alignment, source });
  const barText = barWriter(bars, instrument);
  let text = `${about.slice(0, -1)},"bars":[`;
  for (let at = 0; at < bars.length; at++) text += at === 0 ? barText(at) : `,${barText(at)}`;
  return `${text}],"next":${next === null ? null : `"${toRfc3339(epochMs(next))}"`}}`;
}

function barWriter(
  bars: FoldedBars,
  { pricePrecision }: Instrument,
): (at: number) => string {
  const { openTime, open, high, low, close, ticks, volume, spread } = bars;
  const timeText = rfc3339Writer();
  const price = (points: number) => formatScaled(points, pricePrecision);
  return (at) => {
    const count = ticks[at]!;
    const text = `{"openTime":"${timeText(epochMs(openTime[at]!))}","open":"${price(open[at]!)}",` +
      `"high":"${price(high[at]!)}","low":"${price(low[at]!)}","close":"${price(close[at]!)}",` +
      `"ticks":${count}` + volumeText(volume?.[at]);
    if (spread === null || count <= 0) return `${text}}`;
    const mean = formatScaled(meanOf(spread.sum[at]!, count), pricePrecision + meanDecimals);
    return `${text},"spread":{"min":"${price(spread.min[at]!)}","mean":"${mean}",` +
      `"max":"${price(spread.max[at]!)}"}}`;
  };
}

/** JSON has no number for a volume that is not known, nor for one beyond all numbers. */
const volumeText = (volume: number | undefined): string =>
  Number.isFinite(volume) ? `,"volume":${volume}` : "";

/** `sum / ticks` in thousandths of a point, rounded half to even. */
export function meanOf(sum: number, ticks: number): number {
  const scaled = sum * meanScale;
  const floor = Math.floor(scaled / ticks);
  const twice = 2 * (scaled - floor * ticks);
  const up = twice > ticks || (twice === ticks && floor % 2 !== 0);
  return up ? floor + 1 : floor;
}

/** The bars as a table. Its columns go by what was asked for, so that the pages of one are alike. */
export function toBarsTable(
  bars: FoldedBars,
  { pricePrecision }: Instrument,
  query: Pick<BarsQuery, "spread">,
): Table {
  const { length, spread, ticks } = bars;
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
    { name: "ticks", kind: "count", values: ticks },
    numberColumn("volume", bars.volume ?? new Float64Array(length).fill(NaN)),
  ];
  if (query.spread) {
    const isNull = (row: number) => spread === null || ticks[row]! <= 0;
    const none = new Int32Array(spread === null ? length : 0);
    const means = new Float64Array(length);
    for (let at = 0; at < length; at++) {
      if (!isNull(at)) means[at] = meanOf(spread!.sum[at]!, ticks[at]!);
    }
    columns.push(
      { ...price("spread_min", spread?.min ?? none), isNull },
      {
        ...{ name: "spread_mean", kind: "price", values: means, isNull },
        scale: pricePrecision + meanDecimals,
      },
      { ...price("spread_max", spread?.max ?? none), isNull },
    );
  }
  return { length, columns };
}
