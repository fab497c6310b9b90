/** A page of finished bars. */

import type { Kysely } from "kysely";
import type { z } from "@hono/zod-openapi";
import type { barsView, barView } from "../../../shared/contracts/http/market_data.ts";
import type { Bar, BarSide } from "../../../shared/domain/bar.ts";
import { formatPrice, type Instrument } from "../../../shared/domain/instrument.ts";
import { type EpochMs, epochMs, parseRfc3339, toRfc3339 } from "../../../shared/domain/time.ts";
import { selectBars } from "../../../shared/timeseries/bars_store.ts";
import type { TimeseriesDatabase } from "../../../shared/timeseries/bars_table.ts";

export interface BarsQuery {
  readonly side: BarSide;
  /** RFC 3339, as the contract checked. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
}

export async function listBars(
  db: Kysely<TimeseriesDatabase>,
  instrument: Instrument,
  { side, from, to, limit }: BarsQuery,
): Promise<z.infer<typeof barsView>> {
  const found = await selectBars(db, {
    symbol: instrument.symbol,
    side,
    from: instant(from),
    to: instant(to),
    // One more than asked for tells whether a page follows, and where it begins.
    limit: from === undefined ? limit : limit + 1,
  });
  const following = found[limit];
  return {
    symbol: instrument.symbol,
    side,
    bars: found.slice(0, limit).map((bar) => toBarView(bar, instrument)),
    next: following === undefined ? null : toRfc3339(following.openTime),
  };
}

/** No bar is older than 1970; and the database has no year 0, which RFC 3339 does. */
function instant(text: string | undefined): EpochMs | undefined {
  const at = text === undefined ? null : parseRfc3339(text);
  return at === null ? undefined : epochMs(Math.max(0, at));
}

const toBarView = (bar: Bar, instrument: Instrument): z.infer<typeof barView> => ({
  openTime: toRfc3339(bar.openTime),
  open: formatPrice(bar.open, instrument),
  high: formatPrice(bar.high, instrument),
  low: formatPrice(bar.low, instrument),
  close: formatPrice(bar.close, instrument),
  ticks: bar.ticks,
});
