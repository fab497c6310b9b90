import { assertEquals } from "@std/assert";
import type { Series } from "../../../../../shared/sdk/mod.ts";
import { fitTo, sourcesOf } from "./sources.ts";

const held = (source: string, of: Partial<Series> = {}): Series => ({
  source,
  ...{ kind: "bars", side: "bid", intervalMs: 3_600_000, count: 1, bytes: 1 },
  ...{ from: "2018-01-01T00:00:00.000Z", to: "2018-02-01T00:00:00.000Z" },
  ...of,
});
const ticks = { kind: "ticks", side: null, intervalMs: null } as const;

Deno.test("the live source comes first, every other once", () => {
  const series = [held("lean"), held("lean", { side: "ask" }), held("dukascopy", ticks)];
  assertEquals(sourcesOf(series), ["live", "lean", "dukascopy"]);
  assertEquals(sourcesOf([]), ["live"]);
});

Deno.test("a chart of a source shows the nearest bars that can be made of what it has", () => {
  const series = [held("lean"), held("lean", { side: "ask" }), held("dukascopy", ticks)];
  const asked = { side: "mid", granularity: "M5" } as const;
  assertEquals(fitTo(series, { source: "lean", ...asked }), {
    ...{ source: "lean", side: "bid", granularity: "H1" },
  });
  for (const source of ["live", "dukascopy", "unknown"]) {
    assertEquals(fitTo(series, { source, ...asked }), { source, ...asked });
  }
  const exact = { source: "lean", side: "ask", granularity: "D1" } as const;
  assertEquals(fitTo(series, exact), exact);
});
