import { assertEquals } from "@std/assert";
import { barsUpdated, type LiveBar } from "../../shared/contracts/messages/bars.ts";
import type { Bar } from "../../shared/domain/bar.ts";
import { tradingHours } from "../../shared/domain/fx_week.ts";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import type { Quote } from "../../shared/domain/quote.ts";
import { epochMs, parseRfc3339 } from "../../shared/domain/time.ts";
import * as v from "valibot";
import { archiveBatch, type ArchiveState, emptyArchive } from "./decide.ts";
import { liveBars } from "./live_bars.ts";

const monday = parseRfc3339("2019-02-04T10:00:00Z")!;
const hours = tradingHours("fx-week");

const quote = (sequence: number, afterMs: number, bid: number): Quote => ({
  symbol: "EURUSD" as Symbol,
  bid: price(bid),
  ask: price(bid + 2),
  venueTime: epochMs(monday + afterMs),
  receivedTime: epochMs(monday + afterMs),
  sequence,
});

const shown = (bars: readonly LiveBar[]) =>
  bars.filter(({ side }) => side === "bid").map((bar) => [
    bar.state,
    new Date(bar.openTime).toISOString().slice(11, 16),
    bar.close,
    bar.ticks,
    bar.version,
  ]);

const take = (state: ArchiveState, ...quotes: Quote[]) => archiveBatch(state, [{ quotes }], hours);

Deno.test("liveBars() tells a minute as it grows, once it is finished, and what grows next", () => {
  const first = take(emptyArchive, quote(1, 0, 100));
  const told = liveBars({ effects: first, corrected: [], version: 7 });
  assertEquals(shown(told), [["partial", "10:00", "0.00100", 1, 7]]);
  assertEquals(told.map(({ side }) => side), ["bid", "ask", "mid"]);
  const second = take(first.state, quote(2, 60_000, 101));
  assertEquals(shown(liveBars({ effects: second, corrected: [], version: 8 })), [
    ["final", "10:00", "0.00100", 1, 8],
    ["partial", "10:01", "0.00101", 1, 8],
  ]);
});

Deno.test("liveBars() tells a late correction as a new version, and one before the final as final", () => {
  const before = take(emptyArchive, quote(1, 0, 100));
  const effects = take(before.state, quote(2, 60_000, 101));
  const [finished] = effects.bars as [Bar];
  const putRight = { ...finished, close: price(99) };
  const older = { ...finished, openTime: epochMs(monday - 60_000), ticks: 5 };
  const told = liveBars({ effects, corrected: [putRight, older], version: 9 });
  assertEquals(shown(told), [
    ["corrected", "09:59", "0.00100", 5, 9],
    ["final", "10:00", "0.00099", 1, 9],
    ["partial", "10:01", "0.00101", 1, 9],
  ]);
  v.assert(barsUpdated, {
    specversion: "1.0",
    id: "1",
    source: "/workers/archive",
    type: "bars.updated",
    time: "2019-02-04T10:01:00.000Z",
    data: { bars: told },
  });
});
