/** Bars over HTTP. */

import { listBarsRoute } from "../../../shared/contracts/http/market_history.ts";
import { sliceBars } from "../../../shared/domain/bars/bar_builder.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { MarketDataApp, MarketDataDeps } from "../deps.ts";
import { type BarsQuery, readBars } from "../history/read_bars.ts";
import { instantOf } from "../history/times.ts";
import { findListed } from "../instruments/find_listed.ts";
import { answerTable, formatOf, rowLimit, rowsPerPiece } from "../tables/answer.ts";
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
    return answerTable({
      request: c.req.raw,
      format,
      next: next === null ? null : { from: toRfc3339(epochMs(next)) },
      json: () => barsJson(page, instrument, query),
      *tables() {
        for (let at = 0; at === 0 || at < bars.length; at += rowsPerPiece) {
          yield toBarsTable(sliceBars(bars, at, at + rowsPerPiece), instrument);
        }
      },
    }) as never;
  });
}
