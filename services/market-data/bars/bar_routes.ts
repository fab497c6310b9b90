/** Bars over HTTP. */

import { listBarsRoute } from "../../../shared/contracts/http/market_history.ts";
import { sliceBars } from "../../../shared/domain/bars/bar_builder.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { MarketDataApp, MarketDataDeps } from "../deps.ts";
import { type BarsQuery, readBars } from "../history/read_bars.ts";
import { instantOf } from "../history/times.ts";
import { findListed } from "../instruments/find_listed.ts";
import { answerJson, answerTable, formatOf, piecesOf, rowLimit } from "../tables/answer.ts";
import { barsJson, toBarsTable } from "./list_bars.ts";

export function addBarRoutes(app: MarketDataApp, deps: MarketDataDeps): void {
  addRoute(app, listBarsRoute, async (c) => {
    const instrument = findListed(c.req.valid("param").symbol);
    const { from, to, format: named, limit, spread, side, alignment, ...rest } = c.req.valid(
      "query",
    );
    const format = formatOf(c.req.raw, named);
    const query: BarsQuery = {
      ...rest,
      side,
      alignment,
      symbol: instrument.symbol,
      spread: spread === "true",
      from: instantOf(from),
      to: instantOf(to),
      limit: rowLimit(format, limit),
    };
    const page = await readBars(deps, query);
    const { bars, next } = page;
    const { logger } = deps;
    // What the source has more of may be another side further on: pages stay with the first one's.
    const same = { side: page.side, alignment: page.alignment };
    const nextPage = next === null ? null : { from: toRfc3339(epochMs(next)), ...same };
    const request = c.req.raw;
    if (format === "json") {
      return answerJson(request, barsJson(page, instrument, query), nextPage) as never;
    }
    const tables = piecesOf(
      bars.length,
      (from, to) => toBarsTable(sliceBars(bars, from, to), instrument, query),
    );
    return answerTable({ request, format, next: nextPage, tables, logger }) as never;
  });
}
