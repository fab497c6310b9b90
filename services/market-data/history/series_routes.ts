/** What history there is, over HTTP. */

import { listSeriesRoute } from "../../../shared/contracts/http/market_history.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { BarSeries } from "../../../shared/timeseries/columns.ts";
import type { MarketDataApp, MarketDataDeps } from "../deps.ts";
import { findListed } from "../instruments/find_listed.ts";

export function addSeriesRoutes(app: MarketDataApp, { history }: MarketDataDeps): void {
  addRoute(app, listSeriesRoute, async (c) => {
    const { symbol } = findListed(c.req.valid("param").symbol);
    const series = (await history.listSeries(symbol)).map(({ kind, series, ...rest }) => ({
      source: series.source,
      kind,
      side: kind === "bars" ? (series as BarSeries).side : null,
      intervalMs: kind === "bars" ? (series as BarSeries).intervalMs : null,
      from: toRfc3339(epochMs(rest.from)),
      to: toRfc3339(epochMs(rest.to)),
      count: rest.count,
      bytes: rest.bytes,
    }));
    return c.json({ symbol, series: series.toSorted(bySource) }, 200);
  });
}

interface Listed {
  readonly source: string;
  readonly intervalMs: number | null;
  readonly side: string | null;
}

/** By source, ticks first, then the finest bars. */
function bySource(a: Listed, b: Listed): number {
  const key = ({ source, intervalMs, side }: Listed) =>
    `${source} ${String(intervalMs ?? 0).padStart(12, "0")} ${side ?? ""}`;
  return key(a) < key(b) ? -1 : 1;
}
