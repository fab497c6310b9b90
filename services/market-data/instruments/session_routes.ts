/** Sessions over HTTP: the hours, and whether the venue kept them. */

import { getSessionRoute } from "../../../shared/contracts/http/market_history.ts";
import { minuteMs, minuteOf } from "../../../shared/domain/bar.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { defaultQuoteAges, isSilent } from "../../../shared/domain/quote.ts";
import { type EpochMs, epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { BarSeries } from "../../../shared/timeseries/columns.ts";
import type { MarketDataApp, MarketDataDeps } from "../deps.ts";
import { liveSource } from "../../../shared/domain/source.ts";
import { instantOf } from "../history/times.ts";
import { findListed } from "./find_listed.ts";
import { sessionOf } from "./sessions.ts";

export function addSessionRoutes(app: MarketDataApp, deps: MarketDataDeps): void {
  const { marketClock } = deps;
  addRoute(app, getSessionRoute, async (c) => {
    const { symbol } = findListed(c.req.valid("param").symbol);
    const given = instantOf(c.req.valid("query").at);
    const at = epochMs(given ?? marketClock.now());
    const hours = deps.hours.of(symbol);
    const session = sessionOf(hours, at);
    const silent = session.isOpen &&
      (given === undefined ? silentNow(deps) : await wasSilent(deps, symbol, at));
    const text = (moment: EpochMs | null) => (moment === null ? null : toRfc3339(moment));
    return c.json({
      symbol,
      at: toRfc3339(at),
      isOpen: session.isOpen && !silent,
      reason: silent ? "venue_silent" as const : hours.closedReason(at),
      nextOpen: text(session.nextOpen),
      nextClose: text(session.nextClose),
    }, 200);
  });
}

/** Two heartbeats missed. */
const silentNow = ({ quotes, marketClock }: MarketDataDeps): boolean =>
  isSilent(quotes.heardAt, marketClock.now(), defaultQuoteAges);

/**
 * The archive makes a bar of every minute that the venue was alive in: one that is missing between
 * others was an interruption. Before the first and after the last bar nothing is known.
 */
async function wasSilent(
  { history }: MarketDataDeps,
  symbol: Symbol,
  at: EpochMs,
): Promise<boolean> {
  const minutes = (await history.listSeries(symbol)).find(({ kind, series }) =>
    kind === "bars" && series.source === liveSource && (series as BarSeries).side === "mid"
  );
  const from = minuteOf(at);
  if (minutes === undefined || from < minutes.from || from > minutes.to) return false;
  const range = { from, to: from + minuteMs };
  for await (const { length } of history.bars(minutes.series as BarSeries, range)) {
    if (length > 0) return false;
  }
  return true;
}
