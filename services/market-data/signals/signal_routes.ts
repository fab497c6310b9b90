/** Signals over HTTP. */

import { listSignalsRoute } from "../../../shared/contracts/http/signals.ts";
import { formatScaled } from "../../../shared/domain/decimal.ts";
import { studyNames } from "../../../shared/domain/signals/signal.ts";
import { epochMs, toRfc3339 } from "../../../shared/domain/time.ts";
import { addRoute } from "../../../shared/runtime/service_app.ts";
import type { MarketDataApp, MarketDataDeps } from "../deps.ts";
import { instantOf } from "../history/times.ts";
import { findListed } from "../instruments/find_listed.ts";
import { readSignals } from "./read_signals.ts";

export function addSignalRoutes(app: MarketDataApp, deps: MarketDataDeps): void {
  addRoute(app, listSignalsRoute, async (c) => {
    const { symbol, pricePrecision } = findListed(c.req.valid("param").symbol);
    const { study, from, to, side, alignment, ...rest } = c.req.valid("query");
    const { next, signals, ...page } = await readSignals(deps, {
      ...{ ...rest, symbol, side, alignment },
      studies: study === undefined ? studyNames : [study],
      from: instantOf(from),
      to: instantOf(to),
    });
    const { granularity, source } = rest;
    return c.json({
      ...{ symbol, granularity, source, ...page },
      signals: signals.map(({ time, price, ...found }) => ({
        time: toRfc3339(epochMs(time)),
        ...found,
        price: formatScaled(price, pricePrecision),
      })),
      next: next === null ? null : toRfc3339(epochMs(next)),
    }, 200);
  });
}
