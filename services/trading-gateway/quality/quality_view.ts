/** A report on execution quality as clients read it. */

import type { z } from "@hono/zod-openapi";
import type { executionQualityView } from "../../../shared/contracts/http/transactions.ts";
import type { AccountCurrency } from "../../../shared/domain/currency.ts";
import { toRfc3339 } from "../../../shared/domain/time.ts";
import type { FillsQuality, InstrumentQuality, QualityPeriod, Spread } from "./quality_store.ts";

export type QualityView = z.infer<typeof executionQualityView>;

export function toQualityView(
  { from, to }: QualityPeriod,
  instruments: readonly InstrumentQuality[],
  fills: readonly FillsQuality[],
): QualityView {
  return {
    from: toRfc3339(from),
    to: toRfc3339(to),
    instruments: instruments.map((one) => ({
      symbol: one.symbol,
      orders: one.orders,
      filled: one.filled,
      rejected: one.rejected,
      canceled: one.canceled,
      expired: one.expired,
      fillRatio: (one.filled / one.orders).toFixed(4),
      rejectRatio: (one.rejected / one.orders).toFixed(4),
    })),
    fills: fills.map((one) => ({
      venue: one.venue,
      symbol: one.symbol,
      currency: one.currency as AccountCurrency,
      fills: one.fills,
      units: one.units,
      slippage: one.spreads.slippage,
      slippageCost: one.slippage_cost,
      acceptMs: one.spreads.accept_ms,
      sendMs: one.spreads.send_ms,
      acknowledgeMs: one.spreads.acknowledge_ms,
      fillMs: one.spreads.fill_ms,
      totalMs: one.spreads.total_ms,
    })),
  };
}

const spreads = ["slippage", "acceptMs", "sendMs", "acknowledgeMs", "fillMs", "totalMs"] as const;
const columns = [
  ...["venue", "symbol", "currency", "fills", "units", "slippageCost"],
  ...spreads.flatMap((name) => ["Mean", "Median", "P95"].map((what) => name + what)),
  ...["orders", "filled", "rejected", "fillRatio", "rejectRatio"],
];

/** One row a venue, instrument and currency, with the instrument's orders beside; no field needs quotes. */
export function toQualityCsv(view: QualityView): string {
  const rows = view.fills.map((one) => {
    const orders = view.instruments.find(({ symbol }) => symbol === one.symbol);
    return [
      ...[one.venue, one.symbol, one.currency, one.fills, one.units, one.slippageCost],
      ...spreads.flatMap((name) => spreadFields(one[name])),
      ...[orders?.orders, orders?.filled, orders?.rejected],
      ...[orders?.fillRatio, orders?.rejectRatio],
    ];
  });
  return [columns, ...rows].map((row) => row.map((field) => field ?? "").join() + "\r\n").join("");
}

const spreadFields = ({ mean, median, p95 }: Spread) => [mean, median, p95];
