import { assert, assertEquals } from "@std/assert";
import { nominalMs } from "../../../../../shared/domain/bars/granularity.ts";
import type { BacktestReport } from "../../../../../shared/sdk/mod.ts";
import { costLines, curvePoints, pastBarsMax, windowOf } from "./report_figures.ts";

const settings = { from: "2026-03-02T00:00:00Z", to: "2026-03-06T00:00:00Z" };
const report = { settings } as BacktestReport;

Deno.test("a picture shows the period or a trade with room around it, in bars that fit", () => {
  const whole = windowOf(report, null);
  assertEquals([whole.from, whole.to], [Date.parse(settings.from), Date.parse(settings.to)]);
  const trade = { openedAt: "2026-03-03T12:00:00Z", closedAt: "2026-03-03T12:10:00Z" };
  const near = windowOf(report, trade);
  assertEquals(new Date(near.from).toISOString(), "2026-03-03T11:50:00.000Z");
  assertEquals(new Date(near.to).toISOString(), "2026-03-03T12:20:00.000Z");
  assert(nominalMs(near.granularity) < nominalMs(whole.granularity));
  for (const { from, to, granularity } of [whole, near]) {
    assert((to - from) / nominalMs(granularity) <= pastBarsMax);
  }
  const open = windowOf(report, { openedAt: "2026-03-05T23:59:00Z", closedAt: null });
  assertEquals(open.to, whole.to, "an open trade goes to the end, and no further");
});

Deno.test("costs lead from the profit before them to the net profit, exactly as text", () => {
  const lines = costLines({
    summary: { profitBeforeCosts: "10.500000", netProfit: "-2.000000" },
    costs: {
      spread: "12.000000",
      slippage: "-0.500000",
      commission: "0.000000",
      carry: "-1.000000",
    },
  } as BacktestReport);
  assertEquals(lines.map((one) => one.amount), [
    ...["10.500000", "-12.000000", "0.500000", "0.000000", "-1.000000", "-2.000000"],
  ]);
  assertEquals(lines.map((one) => one.share), [0.875, 1, 0.5 / 12, 0, 1 / 12, 2 / 12]);
});

Deno.test("a curve rises in time and knows how far it is below its peak", () => {
  const at = (time: string, equity: string) => ({ time, equity, balance: equity });
  const points = curvePoints({
    curve: [
      at("2026-03-02T00:00:00.100Z", "100"),
      at("2026-03-02T00:00:00.900Z", "101"),
      at("2026-03-02T00:01:00Z", "99"),
    ],
  } as BacktestReport);
  assertEquals(points.map(({ equity, fall }) => [equity, fall]), [[101, 0], [99, -2]]);
});
