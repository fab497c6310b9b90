/** Ticks over HTTP. */

import type { z } from "@hono/zod-openapi";
import { listTicksRoute, type tickView } from "../../../shared/contracts/http/market_history.ts";
import type { TickColumns } from "../../../shared/domain/columns.ts";
import { formatScaled } from "../../../shared/domain/decimal.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";
import { epochMs, rfc3339Writer } from "../../../shared/domain/time.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import { noTicks } from "../../../shared/timeseries/tick_columns.ts";
import type { MarketDataApp, MarketDataDeps } from "../deps.ts";
import { requireTicks } from "../history/base_series.ts";
import { timesMax } from "../history/read_bars.ts";
import { instantOf } from "../history/times.ts";
import { findListed } from "../instruments/find_listed.ts";
import { answerJson, answerTable, formatOf, rowLimit } from "../tables/answer.ts";
import { numberColumn, type Table } from "../tables/table.ts";
import {
  formatPlace,
  measurePage,
  parsePlace,
  readTicks,
  type TickPlace,
  type TicksPage,
  type TicksQuery,
  ticksUntil,
} from "./read_ticks.ts";

export function addTickRoutes(app: MarketDataApp, { history, logger }: MarketDataDeps): void {
  addRoute(app, listTicksRoute, async (c) => {
    const instrument = findListed(c.req.valid("param").symbol);
    const { source, from, to, cursor, format: named, limit } = c.req.valid("query");
    const format = formatOf(c.req.raw, named);
    const query: TicksQuery = {
      series: { symbol: instrument.symbol, source },
      place: cursor === undefined ? { time: instantOf(from)!, spent: 0 } : parsePlace(cursor),
      to: instantOf(to) ?? timesMax,
      limit: rowLimit(format, limit),
    };
    if (format === "json") {
      const page = await readTicks(history, query);
      if (page.pieces.length === 0) await requireTicks(history, query.series);
      return answerJson(
        c.req.raw,
        ticksJson(page, instrument, source),
        cursorOf(page.next),
      ) as never;
    }
    // Found first: what leads on stands before the rows, which are read as they are sent.
    const { rows, next } = await measurePage(history, query);
    if (rows === 0) await requireTicks(history, query.series);
    return answerTable({
      request: c.req.raw,
      format,
      next: cursorOf(next),
      tables: tablesOf(ticksUntil(history, query, next), instrument),
      logger,
    }) as never;
  });
}

const cursorOf = (next: TickPlace | null) => next === null ? null : { cursor: formatPlace(next) };

const ticksJson = ({ pieces, next }: TicksPage, instrument: Instrument, source: string): string =>
  JSON.stringify({
    symbol: instrument.symbol,
    source,
    ticks: pieces.flatMap((piece) => toTickViews(piece, instrument)),
    next: next === null ? null : formatPlace(next),
  });

/** At least one. */
async function* tablesOf(
  pieces: AsyncIterable<TickColumns>,
  instrument: Instrument,
): AsyncGenerator<Table> {
  let some = false;
  for await (const piece of pieces) {
    yield toTable(piece, instrument);
    some = true;
  }
  if (!some) yield toTable(noTicks, instrument);
}

function toTickViews(
  { length, time, bid, ask, bidVolume, askVolume }: TickColumns,
  { pricePrecision }: Instrument,
): z.infer<typeof tickView>[] {
  const timeText = rfc3339Writer();
  return Array.from({ length }, (_, at) => ({
    time: timeText(epochMs(time[at]!)),
    bid: formatScaled(bid[at]!, pricePrecision),
    ask: formatScaled(ask[at]!, pricePrecision),
    ...(Number.isFinite(bidVolume?.[at]) ? { bidVolume: bidVolume![at]! } : {}),
    ...(Number.isFinite(askVolume?.[at]) ? { askVolume: askVolume![at]! } : {}),
  }));
}

/** Volumes are columns always, null where the source gives none: pieces must be alike. */
function toTable(ticks: TickColumns, { pricePrecision: scale }: Instrument): Table {
  const { length, bidVolume, askVolume } = ticks;
  const volume = (name: string, values: Float64Array | null) =>
    numberColumn(name, values ?? new Float64Array(length).fill(NaN));
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
