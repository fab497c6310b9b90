/** Ticks over HTTP. */

import type { z } from "@hono/zod-openapi";
import { listTicksRoute, type tickView } from "../../../shared/contracts/http/market_history.ts";
import type { TickColumns } from "../../../shared/domain/columns.ts";
import { formatScaled } from "../../../shared/domain/decimal.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";
import { epochMs, rfc3339Writer } from "../../../shared/domain/time.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { MarketDataApp, MarketDataDeps } from "../deps.ts";
import { requireTicks } from "../history/base_series.ts";
import { timesMax } from "../history/read_bars.ts";
import { instantOf } from "../history/times.ts";
import { findListed } from "../instruments/find_listed.ts";
import { answerTable, formatOf, rowLimit } from "../tables/answer.ts";
import type { Table, TableColumn } from "../tables/table.ts";
import { formatPlace, parsePlace, readTicks } from "./read_ticks.ts";

export function addTickRoutes(app: MarketDataApp, { history }: MarketDataDeps): void {
  addRoute(app, listTicksRoute, async (c) => {
    const instrument = findListed(c.req.valid("param").symbol);
    const { source, from, to, cursor, format: named, limit } = c.req.valid("query");
    const format = formatOf(c.req.raw, named);
    const series = { symbol: instrument.symbol, source };
    const { pieces, next } = await readTicks(history, {
      series,
      place: cursor === undefined ? { time: instantOf(from)!, spent: 0 } : parsePlace(cursor),
      to: instantOf(to) ?? timesMax,
      limit: rowLimit(format, limit),
    });
    if (pieces.length === 0) await requireTicks(history, series);
    const cursorOfNext = next === null ? null : formatPlace(next);
    return answerTable({
      request: c.req.raw,
      format,
      next: cursorOfNext === null ? null : { cursor: cursorOfNext },
      json: () =>
        JSON.stringify({
          symbol: instrument.symbol,
          source,
          ticks: pieces.flatMap((piece) => toTickViews(piece, instrument)),
          next: cursorOfNext,
        }),
      tables: () =>
        (pieces.length === 0 ? [noTicks] : pieces).map((one) => toTable(one, instrument)),
    }) as never;
  });
}

const noTicks: TickColumns = {
  length: 0,
  time: new Float64Array(0),
  bid: new Int32Array(0),
  ask: new Int32Array(0),
  bidVolume: null,
  askVolume: null,
};

function toTickViews(
  { length, time, bid, ask, bidVolume, askVolume }: TickColumns,
  { pricePrecision }: Instrument,
): z.infer<typeof tickView>[] {
  const timeText = rfc3339Writer();
  return Array.from({ length }, (_, at) => ({
    time: timeText(epochMs(time[at]!)),
    bid: formatScaled(bid[at]!, pricePrecision),
    ask: formatScaled(ask[at]!, pricePrecision),
    ...(bidVolume === null ? {} : { bidVolume: bidVolume[at]! }),
    ...(askVolume === null ? {} : { askVolume: askVolume[at]! }),
  }));
}

/** Volumes are columns always, null where the source gives none: pieces must be alike. */
function toTable(ticks: TickColumns, { pricePrecision: scale }: Instrument): Table {
  const { length, bidVolume, askVolume } = ticks;
  const volume = (name: string, values: Float64Array | null): TableColumn => ({
    name,
    kind: "number",
    values: values ?? new Float64Array(length),
    isNull: () => values === null,
  });
  return {
    length,
    columns: [
      { name: "time", kind: "time", values: ticks.time },
      { name: "bid", kind: "price", values: ticks.bid, scale },
      { name: "ask", kind: "price", values: ticks.ask, scale },
      volume("bid_volume", bidVolume),
      volume("ask_volume", askVolume),
    ],
  };
}
