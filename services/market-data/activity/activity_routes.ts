/** Activity bars over HTTP. */

import type { z } from "@hono/zod-openapi";
import {
  type activityBarView,
  listActivityBarsRoute,
} from "../../../shared/contracts/http/market_history.ts";
import type { ActivityBar } from "../../../shared/domain/bars/activity_bars.ts";
import { formatScaled } from "../../../shared/domain/decimal.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { MarketDataApp, MarketDataDeps } from "../deps.ts";
import { requireTicks } from "../history/base_series.ts";
import { timesMax } from "../history/read_bars.ts";
import { instantOf } from "../history/times.ts";
import { findListed } from "../instruments/find_listed.ts";
import { answerJson, answerTable, formatOf, piecesOf, rowLimit } from "../tables/answer.ts";
import { numberColumn, type Table, type TableColumn } from "../tables/table.ts";
import {
  formatActivityPlace,
  parseActivityPlace,
  readActivityBars,
  sizeOf,
} from "./read_activity_bars.ts";

export function addActivityRoutes(app: MarketDataApp, { history, logger }: MarketDataDeps): void {
  addRoute(app, listActivityBarsRoute, async (c) => {
    const instrument = findListed(c.req.valid("param").symbol);
    const { symbol } = instrument;
    const { kind, size, side, source, from, to, cursor, ...form } = c.req.valid("query");
    const format = formatOf(c.req.raw, form.format);
    const series = { symbol, source };
    const { bars, next } = await readActivityBars(history, {
      series,
      kind,
      size: sizeOf(kind, size, instrument),
      side,
      from: from === undefined ? 0 : instantOf(from),
      place: cursor === undefined ? null : parseActivityPlace(cursor, kind),
      to: instantOf(to) ?? timesMax,
      limit: rowLimit(format, form.limit),
    });
    if (bars.length === 0) await requireTicks(history, series);
    const cursorOfNext = next === null ? null : formatActivityPlace(next);
    const about = { symbol, side, source, kind, size };
    const nextPage = cursorOfNext === null ? null : { cursor: cursorOfNext };
    const request = c.req.raw;
    if (format === "json") {
      const views = bars.map((bar) => toView(bar, instrument));
      const text = JSON.stringify({ ...about, bars: views, next: cursorOfNext });
      return answerJson(request, text, nextPage) as never;
    }
    const tables = piecesOf(
      bars.length,
      (from, to) => toTable(bars.slice(from, to), instrument),
    );
    return answerTable({ request, format, next: nextPage, tables, logger }) as never;
  });
}

const toView = (
  bar: ActivityBar,
  { pricePrecision }: Instrument,
): z.infer<typeof activityBarView> => ({
  openTime: toRfc3339(epochMs(bar.openTime)),
  closeTime: toRfc3339(epochMs(bar.closeTime)),
  open: formatScaled(bar.open, pricePrecision),
  high: formatScaled(bar.high, pricePrecision),
  low: formatScaled(bar.low, pricePrecision),
  close: formatScaled(bar.close, pricePrecision),
  ticks: bar.ticks,
  ...(Number.isFinite(bar.volume) ? { volume: bar.volume } : {}),
});

function toTable(bars: readonly ActivityBar[], { pricePrecision: scale }: Instrument): Table {
  const time = (name: string, key: "openTime" | "closeTime"): TableColumn => ({
    name,
    kind: "time",
    values: Float64Array.from(bars, (bar) => bar[key]),
  });
  const price = (name: "open" | "high" | "low" | "close"): TableColumn => ({
    name,
    kind: "price",
    values: Int32Array.from(bars, (bar) => bar[name]),
    scale,
  });
  return {
    length: bars.length,
    columns: [
      time("open_time", "openTime"),
      time("close_time", "closeTime"),
      ...(["open", "high", "low", "close"] as const).map(price),
      { name: "ticks", kind: "count", values: Int32Array.from(bars, ({ ticks }) => ticks) },
      numberColumn("volume", Float64Array.from(bars, ({ volume }) => volume)),
    ],
  };
}
