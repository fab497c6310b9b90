/** Conversions at a moment over HTTP. */

import { getConversionRoute } from "../../../shared/contracts/http/market_history.ts";
import { conversionPaths, pathRate } from "../../../shared/domain/conversion.ts";
import { formatScaled } from "../../../shared/domain/decimal.ts";
import {
  convert,
  formatMicros,
  formatRate,
  type Micros,
  parseMicros,
} from "../../../shared/domain/money.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { MarketDataApp, MarketDataDeps } from "../deps.ts";
import { instantOf } from "../history/times.ts";
import { type PricedLeg, ratePath } from "./rate_at.ts";

export function addConversionRoutes(app: MarketDataApp, deps: MarketDataDeps): void {
  addRoute(app, getConversionRoute, async (c) => {
    const { from, to, amount, source, ageMsMax, ...moment } = c.req.valid("query");
    const at = instantOf(moment.at) ?? deps.marketClock.now();
    const paths = conversionPaths(from, to);
    const path = await ratePath(deps, { paths, source, at, openAgeMsMax: ageMsMax });
    if ("fault" in path) throw new Problem(path.fault, `${from} to ${to}: ${path.detail}`);
    const rate = pathRate(path);
    const given = parseMicros(amount) as Micros;
    return c.json({
      from,
      to,
      at: toRfc3339(epochMs(at)),
      source,
      amount: formatMicros(given),
      converted: formatMicros(convert(given, rate)),
      rate: formatRate(rate),
      path: path.map(toLegView),
    }, 200);
  });
}

function toLegView({ leg, twiceMid, time, ageMs, openAgeMs }: PricedLeg) {
  const { symbol, pricePrecision } = leg.instrument;
  return {
    symbol,
    inverse: leg.inverse,
    mid: formatScaled(5 * twiceMid, pricePrecision + 1),
    time: toRfc3339(epochMs(time)),
    ageMs,
    openAgeMs,
  };
}
