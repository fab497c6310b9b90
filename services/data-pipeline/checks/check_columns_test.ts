// Goal: every gate finds what it says, at its threshold, and the vectorised check is exactly what a
// slow reading of each gate's sentence gives, on random columns cut into random days.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type TradingHours, tradingHours } from "../../../shared/domain/fx_week.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { epochMs, parseRfc3339 } from "../../../shared/domain/time.ts";
import type { BarColumns, TickColumns } from "../../../shared/timeseries/columns.ts";
import {
  type Before,
  checkBars,
  type Checked,
  type CheckOptions,
  checkTicks,
} from "./check_columns.ts";
import { faultsOf, gateBit, gateNames, type GateOverrides, gatesFor, gatesOf } from "./gates.ts";
import { naiveCheck } from "./testing/naive_check.ts";

const eurusd = instrumentOf("EURUSD" as Symbol);
const hours = tradingHours("fx-week");
const dayMs = 86_400_000;
const monday = parseRfc3339("2019-02-04T00:00:00Z")!;

type Row = readonly [afterMs: number, bid: number, ask: number, bidVolume?: number];

function columns(rows: readonly Row[], start: number = monday): TickColumns {
  return {
    length: rows.length,
    time: Float64Array.from(rows, ([at]) => start + at),
    bid: Int32Array.from(rows, ([, bid]) => bid),
    ask: Int32Array.from(rows, ([, , ask]) => ask),
    bidVolume: Float64Array.from(rows, ([, , , volume]) => volume ?? 1),
    askVolume: null,
  };
}

function options(over: Partial<CheckOptions> & { overrides?: GateOverrides } = {}): CheckOptions {
  const { overrides = {}, ...rest } = over;
  return {
    gates: gatesFor(eurusd, overrides),
    instrument: eurusd,
    hours,
    period: { from: monday, to: monday + dayMs },
    now: monday + 30 * dayMs,
    before: null,
    reference: null,
    parts: [0],
    finer: [],
    ...rest,
  };
}

const found = ({ mask }: Checked) => [...mask].map((bits) => gatesOf(bits).join(" "));
const find = (rows: readonly Row[], over: Parameters<typeof options>[0] = {}) =>
  found(checkTicks(columns(rows, over.period?.from), options(over)));

Deno.test("crossed, locked and repeated rows are found, a changed volume is no repeat", () => {
  assertEquals(
    find([[0, 114_321, 114_320], [1, 114_322, 114_322], [2, 114_322, 114_323], [
      2,
      114_322,
      114_323,
    ], [
      2,
      114_322,
      114_323,
      2,
    ]]),
    ["crossed", "locked", "", "repeated", ""],
  );
});

Deno.test("a row before the ones above is out of order, one that jumps ahead has a wrong clock", () => {
  const tick = (at: number): Row => [at, 114_321 + at % 7, 114_330];
  const times = [5_000, 4_999, 90_000, 6_000, 6_000, dayMs + 1, 7_000, -1, 8_000];
  assertEquals(
    find(times.map(tick)).map((text) => text.replace("repeated", "")),
    ["", "out_of_order", "clock", "", "", "clock", "", "out_of_order", ""],
  );
  const future = options({ now: monday + 1_000 });
  assertEquals(found(checkTicks(columns([[0, 1, 2], [61_001, 2, 3]]), future)), ["", "clock"]);
});

Deno.test("a lasting move is no spike, a price that comes and goes is", () => {
  const rows = Array.from({ length: 640 }, (_, n): Row => {
    const level = (n < 300 ? 114_000 : 114_900) + n % 5; // 90 pips at once, and they stay
    return n >= 100 && n < 103
      ? [n, level * 1.01 | 0, (level * 1.01 | 0) + 3]
      : [n, level, level + 3];
  });
  const spikes = find(rows).flatMap((text, n) => text.includes("spike") ? [n] : []);
  assertEquals(spikes, [100, 101, 102]);
});

Deno.test("silence is a gap in trading hours only, and the week opens when it should", () => {
  const friday = parseRfc3339("2019-02-08T00:00:00Z")!;
  const close = friday + 22 * 3_600_000;
  const last = checkTicks(columns([[close - friday - 1, 114_000, 114_010]], friday), {
    ...options(),
    period: { from: friday, to: friday + dayMs },
  }).before;
  const sunday = friday + 2 * dayMs;
  const on = (time: string, before: Before | null = last) => {
    const at = parseRfc3339(`2019-02-10T${time}Z`)! - sunday;
    return find([[at, 114_000, 114_010]], {
      period: { from: sunday, to: sunday + dayMs },
      before,
    })[0];
  };
  assertEquals(on("22:04:59"), "");
  assertEquals(on("22:06:00"), "gap");
  assertEquals(on("23:45:00"), "gap week_open");
  assertEquals(on("21:30:00"), "weekend");
  assertEquals(on("18:00:00"), "weekend week_open");
  const christmas = parseRfc3339("2019-12-25T00:00:00Z")!;
  const period = { from: christmas, to: christmas + dayMs };
  assertEquals(find([[12 * 3_600_000, 1, 2]], { period, now: christmas + dayMs }), ["holiday"]);
});

Deno.test("a price that stands still while rows come is stale after its time", () => {
  const rows = [0, 600, 899, 900, 901].map((s): Row => [s * 1_000, 114_000, 114_010, s]);
  const gates = { EURUSD: { gap: { action: "off" } } };
  assertEquals(find(rows, { overrides: gates }), ["", "", "", "stale", "stale"]);
});

Deno.test("wide spreads, a missing decimal and another pair are found", () => {
  const rows = Array.from({ length: 200 }, (_, n): Row => [n, 114_000 + n * 10, 114_010 + n * 10]);
  rows[50] = [50, 114_000, 114_300];
  const texts = find(rows, { reference: 140_000 });
  assertEquals(texts[50], "spread precision another_pair");
  assertEquals(find(rows, { reference: 120_000 })[51], "precision");
});

Deno.test("a file of another pair among a day's files is found by itself", () => {
  const rows = Array.from({ length: 300 }, (_, n): Row => {
    const level = n >= 100 && n < 150 ? 130_000 : 114_000;
    return [n, level + n % 7, level + 5 + n % 7];
  });
  const texts = find(rows, { parts: [0, 100, 150] });
  assertEquals(texts.flatMap((text, n) => text.includes("another_pair") ? [n] : []).length, 50);
  assert(texts[100]!.includes("another_pair") && !texts[99]!.includes("another_pair"));
});

Deno.test("a gate that is off finds nothing, and settings of a symbol go before those of all", () => {
  const overrides = { "*": { locked: { action: "off" } }, EURUSD: { crossed: { action: "stop" } } };
  assertEquals(find([[0, 5, 5]], { overrides }), [""]);
  assertEquals(gatesFor(eurusd, overrides).crossed.action, "stop");
  assertEquals(gatesFor(instrumentOf("USDJPY" as Symbol), overrides).crossed.action, "quarantine");
});

Deno.test("faultsOf() names every wrong symbol, gate, threshold, value and action", () => {
  const listed = (text: string) => text === "EURUSD";
  assertEquals(faultsOf({ "*": { spike: { deviations: 9, action: "flag" } } }, listed), []);
  const wrong = {
    ABCDEF: {},
    EURUSD: { spike: { deviations: -1, sigma: 3 }, crossed: { action: "drop" } },
    "*": { sharp: {} },
  } as GateOverrides;
  assertEquals(faultsOf(wrong, listed).map((one) => one.path.join(".")), [
    "ABCDEF",
    "EURUSD.spike.deviations",
    "EURUSD.spike.sigma",
    "EURUSD.crossed.action",
    "*.sharp",
  ]);
});

const row = fc.tuple(
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 2_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -90_000, max: 90_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 30 * 3_600_000 }) },
  ),
  fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: -2, max: 2 }) },
    { weight: 1, arbitrary: fc.integer({ min: -3_000, max: 3_000 }) },
  ),
  fc.integer({ min: -1, max: 4 }),
);
const steps = fc.array(row, { maxLength: 400 });
const tight = {
  "*": {
    spike: { deviations: 3, percentMin: 0.01 },
    stale: { seconds: 5 },
    gap: { seconds: 20 },
    spread: { times: 2, pipsMin: 0.1 },
    precision: { percent: 20 },
  },
};

/** A walk of ticks from a Friday afternoon over the weekend, with everything that goes wrong. */
function walk(moves: readonly (readonly [number, number, number])[]): Row[] {
  let at = 21 * 3_600_000;
  let bid = 114_000;
  return moves.map(([ms, points, spread]): Row => {
    at += ms;
    bid += points;
    return [at, bid, bid + spread, 1];
  });
}

const friday = parseRfc3339("2019-02-08T00:00:00Z")!;
const always: TradingHours = tradingHours("always");

Deno.test("checkTicks() is what a slow reading of the gates' sentences gives", () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (moves, open) => {
      const ticks = columns(walk(moves), friday);
      const over = options({
        overrides: tight,
        period: { from: friday, to: friday + 4 * dayMs },
        reference: 101_000,
        hours: open ? always : hours,
      });
      const fast = checkTicks(ticks, over);
      assertEquals(found(fast), naiveCheck(ticks, over));
      const counted = gateNames.map((name) =>
        [...fast.mask].filter((bits) => bits & gateBit[name]).length
      );
      assertEquals(gateNames.map((name) => fast.counts[name] ?? 0), counted);
    }),
    { numRuns: 300 },
  );
});

Deno.test("checkTicks() forgets nothing between two days but the rows themselves", () => {
  fc.assert(fc.property(steps, fc.nat(400), (moves, cut) => {
    const rows = walk(moves);
    const over = options({ overrides: tight, period: { from: friday, to: friday + 4 * dayMs } });
    const whole = checkTicks(columns(rows, friday), over);
    const first = checkTicks(columns(rows.slice(0, cut), friday), over);
    const before = JSON.parse(JSON.stringify(first.before));
    const second = checkTicks(columns(rows.slice(cut), friday), { ...over, before });
    // Of the times and runs; windows of spikes, medians and decimals end with their day.
    const kept = gateBit.crossed | gateBit.locked | gateBit.repeated | gateBit.weekend;
    const bits = [...first.mask, ...second.mask].map((mask) => mask & kept);
    assertEquals(bits, [...whole.mask].map((mask) => mask & kept));
  }));
});

Deno.test("checkBars() finds what is no bar, repeated minutes, gaps and spikes", () => {
  const count = 300;
  const at = (n: number) => monday + (n < 200 ? n : n + 30) * 60_000;
  const bars: BarColumns = {
    length: count,
    openTime: Float64Array.from({ length: count }, (_, n) => at(n === 101 ? 100 : n)),
    open: Int32Array.from({ length: count }, (_, n) => 114_000 + n % 7),
    high: Int32Array.from({ length: count }, (_, n) => n === 50 ? 114_000 : 114_010 + n % 7),
    low: Int32Array.from({ length: count }, (_, n) => 113_990 + n % 7),
    close: Int32Array.from({ length: count }, (_, n) => n === 150 ? 99_999 : 114_003 + n % 7),
    ticks: new Int32Array(count).fill(-1),
    volume: null,
  };
  const checked = checkBars(bars, { ...options(), rowMs: 60_000, quotes: null });
  assertEquals(
    found(checked).flatMap((text, n) => text === "" ? [] : [`${n} ${text}`]),
    ["50 inconsistent", "101 repeated", "150 inconsistent spike", "200 gap"],
  );
  assert(checked.median > 114_000 && checked.before?.time === epochMs(at(299)));
});
