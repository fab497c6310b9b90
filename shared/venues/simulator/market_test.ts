import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { TradingHours, tradingHours } from "../../domain/fx_week.ts";
import { instruments } from "../../domain/instruments.ts";
import { type EpochMs, epochMs, parseRfc3339 } from "../../domain/time.ts";
import type { Tick } from "../venue.ts";
import { Market } from "./market.ts";
import { MarketMood } from "./sessions.ts";

const at = (text: string): EpochMs => parseRfc3339(text)!;
const wednesday = at("2026-01-14T13:00:00Z");

function market(options: { seed?: string; startAt?: EpochMs; stepMs?: number } = {}): Market {
  const { seed = "seed", startAt = wednesday, stepMs = 100 } = options;
  return new Market({ seed, startAt, stepMs, hours: new TradingHours() });
}

const run = (one: Market, steps: number): Tick[] =>
  Array.from({ length: steps }, () => one.step()).flat();

/** The newest quote of each pair as prices. */
function standing(ticks: readonly Tick[]): Map<string, { bid: number; ask: number }> {
  const scales = new Map<string, number>(
    instruments.map((one) => [one.symbol, 10 ** one.pricePrecision]),
  );
  return new Map(ticks.map(({ symbol, bid, ask }) => {
    const scale = scales.get(symbol)!;
    return [symbol, { bid: bid / scale, ask: ask / scale }];
  }));
}

Deno.test("step() gives the same ticks for the same seed and start, others for another seed", () => {
  assertEquals(run(market(), 300), run(market(), 300));
  assert(JSON.stringify(run(market(), 20)) !== JSON.stringify(run(market({ seed: "two" }), 20)));
});

Deno.test("every tick is on the grid, bid below ask, its time within the step", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 0, max: 4 * 86_400_000 }), (seed, later) => {
      const one = market({ seed, startAt: epochMs(at("2026-01-12T00:00:00Z") + later) });
      for (let step = 0; step < 50; step++) {
        const time = one.nextAt;
        for (const tick of one.step()) {
          assert(Number.isSafeInteger(tick.bid) && Number.isSafeInteger(tick.ask));
          assert(tick.bid > 0 && tick.bid < tick.ask, `${tick.symbol} ${tick.bid} ${tick.ask}`);
          assert(tick.venueTime <= time && tick.venueTime > time - 100);
        }
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("a symbol's ticks go forward in time, and ticks come by time within a step", () => {
  const one = market();
  const last = new Map<string, number>();
  for (let step = 0; step < 500; step++) {
    const ticks = one.step();
    assertEquals(ticks, ticks.toSorted((a, b) => a.venueTime - b.venueTime));
    for (const { symbol, venueTime } of ticks) {
      assert(venueTime > (last.get(symbol) ?? 0));
      last.set(symbol, venueTime);
    }
  }
});

/** Every way round three currencies that are all quoted against each other. */
function triangles(): string[][] {
  const currencies = [...new Set(instruments.flatMap((one) => [one.base, one.quote]))];
  const quoted = new Set(
    instruments.flatMap((one) => [one.base + one.quote, one.quote + one.base]),
  );
  return currencies.flatMap((a) =>
    currencies.flatMap((b) =>
      currencies
        .filter((c) => quoted.has(a + b) && quoted.has(b + c) && quoted.has(c + a))
        .map((c) => [a, b, c])
    )
  );
}

Deno.test("no way round a triangle of standing quotes ever gains", () => {
  const all = triangles();
  assert(all.length > 300);
  fc.assert(
    fc.property(fc.string(), (seed) => {
      const one = market({ seed });
      const quotes = new Map<string, { bid: number; ask: number }>();
      const rate = (from: string, to: string): number =>
        quotes.get(from + to)?.bid ?? 1 / quotes.get(to + from)!.ask;
      for (let step = 0; step < 300; step++) {
        for (const [symbol, quote] of standing(one.step())) quotes.set(symbol, quote);
        if (step % 5 !== 0) continue;
        for (const [a, b, c] of all as [string, string, string][]) {
          const gain = rate(a, b) * rate(b, c) * rate(c, a);
          assert(gain <= 1 + 1e-12, `${a} ${b} ${c}: ${gain} at step ${step}`);
        }
      }
    }),
    { numRuns: 8 },
  );
});

Deno.test("nothing ticks at the weekend or on a holiday, everything does at the opening", () => {
  const weekend = market({ startAt: at("2026-01-16T21:59:50Z") });
  assert(run(weekend, 99).length > 0);
  assertEquals(run(weekend, 600), []);
  weekend.skipTo(at("2026-01-18T22:00:00Z"));
  assertEquals(weekend.nextAt, at("2026-01-18T22:00:00Z"));
  const opening = weekend.step();
  const metals = (ticks: readonly Tick[]) => ticks.filter(({ symbol }) => symbol.startsWith("XA"));
  assertEquals(opening.length, instruments.length - 2);
  assertEquals(metals(opening), []);
  assert(opening.every((tick) => tick.venueTime === at("2026-01-18T22:00:00Z")));
  // Metals an hour later, and every evening so.
  const evening = market({ startAt: at("2026-01-14T22:59:59Z") });
  assertEquals(metals(run(evening, 9)), []);
  assertEquals(metals(evening.step()).map(({ venueTime }) => venueTime), [
    at("2026-01-14T23:00:00Z"),
    at("2026-01-14T23:00:00Z"),
  ]);
  assertEquals(run(market({ startAt: at("2026-12-25T12:00:00Z") }), 100), []);
});

Deno.test("skipping closed hours gives the same ticks as stepping through them", () => {
  const startAt = at("2026-01-16T21:58:00Z");
  const stepped = market({ startAt, stepMs: 1_000 });
  const skipped = market({ startAt, stepMs: 1_000 });
  const before = 48 * 3_600 + 119;
  const first = run(skipped, 120);
  skipped.skipTo(at("2026-01-18T22:00:00Z"));
  assertEquals(run(stepped, before + 61), [...first, ...run(skipped, 61)]);
});

Deno.test("always-open hours tick on Saturday", () => {
  const startAt = at("2026-01-17T12:00:00Z");
  const one = new Market({ seed: "s", startAt, stepMs: 100, hours: tradingHours("always") });
  assert(run(one, 10).length >= instruments.length);
});

const meanSpread = (ticks: readonly Tick[], symbol: string): number => {
  const own = ticks.filter((tick) => tick.symbol === symbol);
  return own.reduce((sum, tick) => sum + tick.ask - tick.bid, 0) / own.length;
};

Deno.test("majors tick a few times a second in busy hours, and spreads widen at the roll", () => {
  const busy = run(market(), 600);
  const eurusd = busy.filter((tick) => tick.symbol === "EURUSD").length / 60;
  assert(eurusd > 2 && eurusd < 8, `${eurusd} ticks a second`);
  const night = run(market({ startAt: at("2026-01-14T22:30:00Z") }), 600);
  assert(night.length < busy.length / 2);
  const roll = run(market({ startAt: at("2026-01-14T21:59:30Z") }), 600);
  assert(meanSpread(roll, "EURUSD") > 3 * meanSpread(busy, "EURUSD"));
  assert(meanSpread(busy, "EURUSD") < 10, "a major's spread is below a pip in busy hours");
});

Deno.test("prices stay near their level over years, and a restart finds them again", () => {
  const wide: Record<string, [number, number]> = {
    EURUSD: [1, 1.28],
    USDJPY: [125, 180],
    XAUUSD: [2_400, 4_300],
    USDZAR: [14, 23],
  };
  for (let week = 0; week < 150; week++) {
    const startAt = epochMs(wednesday + week * 7 * 86_400_000);
    const quotes = standing(market({ startAt }).step());
    for (const [symbol, [low, high]] of Object.entries(wide)) {
      const quote = quotes.get(symbol);
      if (quote === undefined) continue; // a holiday
      assert(quote.bid > low && quote.ask < high, `${symbol} ${quote.bid} in week ${week}`);
    }
  }
  const one = market({ stepMs: 1_000 });
  const ran = standing(run(one, 4 * 3_600));
  const restarted = standing(market({ startAt: epochMs(one.nextAt - 1_000) }).step());
  for (const [symbol, quote] of restarted) {
    const jump = Math.abs(Math.log(quote.bid / ran.get(symbol)!.bid));
    assert(jump < 0.01, `${symbol} jumped by ${jump} at the restart`);
  }
});

Deno.test("a day's moves have about the size of the market's own", () => {
  const one = market({ startAt: at("2026-01-11T22:00:00Z"), stepMs: 1_000 });
  const closes: number[] = [];
  for (let minute = 0; minute < 1_440; minute++) {
    for (let step = 0; step < 60; step++) {
      for (const tick of one.step()) if (tick.symbol === "EURUSD") closes[minute] = tick.bid;
    }
  }
  const moves = closes.slice(1).map((close, i) => Math.log(close / (closes[i] ?? close)));
  const perDay = Math.sqrt(moves.reduce((sum, move) => sum + move * move, 0));
  assert(perDay > 0.002 && perDay < 0.009, `${perDay} a day`);
});

Deno.test("MarketMood tells the sessions by New York's clock, in winter and summer", () => {
  const mood = new MarketMood();
  const spreadAt = (text: string): number => mood.at(at(text)).spread;
  assert(spreadAt("2026-01-14T21:59:59Z") > 4);
  assert(spreadAt("2026-01-14T22:00:00Z") > 4);
  assert(spreadAt("2026-07-15T21:00:00Z") > 4);
  assert(spreadAt("2026-07-15T22:00:00Z") < 2);
  assert(mood.at(at("2026-01-14T14:00:00Z")).tempo > mood.at(at("2026-01-15T03:00:00Z")).tempo);
});
