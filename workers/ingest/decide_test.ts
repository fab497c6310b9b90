import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { price, type Symbol } from "../../shared/domain/instrument.ts";
import { epochMs, parseRfc3339, toRfc3339 } from "../../shared/domain/time.ts";
import type { Tick } from "../../shared/venues/venue.ts";
import { closingTime, judgeBatch, newIngestState, retell } from "./decide.ts";

const start = 1_700_000_000_000;
const tick = (over: Partial<Record<keyof Tick, number | string>> = {}): Tick =>
  ({ symbol: "EURUSD", bid: 110_000, ask: 110_010, venueTime: start, ...over }) as Tick;

/** Judges with the venue's clock as the market's. */
const judge = (state: ReturnType<typeof newIngestState>, time: number, ticks: Tick[]) => {
  const now = epochMs(time);
  return judgeBatch(state, { time: now, ticks }, { receivedAt: now, aliveAt: now });
};

Deno.test("judgeBatch() numbers each symbol from the wall clock, so a restart goes higher", () => {
  const state = newIngestState(epochMs(start));
  const { quotes } = judge(state, start, [tick(), tick({ symbol: "USDJPY" }), tick()]);
  assertEquals(quotes.map(({ symbol, sequence }) => [symbol, sequence - start * 1_000]), [
    ["EURUSD", 0],
    ["USDJPY", 0],
    ["EURUSD", 1],
  ] as [Symbol, number][]);
  const later = judge(newIngestState(epochMs(start + 1)), start, [tick()]);
  assert(later.quotes[0]!.sequence > quotes[2]!.sequence);
});

Deno.test("judgeBatch() numbers above an earlier run, also one whose clock was ahead", () => {
  const dayMs = 86_400_000;
  const before = newIngestState(epochMs(start + dayMs));
  const busy = Array.from({ length: 5_000 }, () => tick());
  const quotes = judge(before, start, [tick({ symbol: "USDJPY" }), ...busy]).quotes;
  assertEquals(before.lastSequence, quotes.at(-1)!.sequence);
  // Whichever symbol's sequence is known of that run.
  for (const { sequence } of [quotes[0]!, quotes.at(-1)!]) {
    const after = judge(newIngestState(epochMs(start), sequence), start, [tick()]);
    assert(after.quotes[0]!.sequence > before.lastSequence);
  }
});

Deno.test("judgeBatch() keeps back what cannot be a price, by reason", () => {
  const state = newIngestState(epochMs(start));
  const reasons = (one: Partial<Record<keyof Tick, number | string>>) =>
    judge(state, start, [tick(one)]).quarantined.map(({ reason }) => reason);
  assertEquals(reasons({}), []);
  assertEquals(reasons({ symbol: "ABCDEF" }), ["unknown_symbol"]);
  assertEquals(reasons({ bid: 0 }), ["not_a_price"]);
  assertEquals(reasons({ bid: -1 }), ["not_a_price"]);
  assertEquals(reasons({ ask: NaN }), ["not_a_price"]);
  assertEquals(reasons({ ask: 110_010.5 }), ["not_a_price"]);
  assertEquals(reasons({ bid: 110_011 }), ["crossed"]);
  assertEquals(reasons({ bid: 110_010 }), ["locked"]);
  assertEquals(reasons({ venueTime: start - 1 }), ["out_of_order"]);
  assertEquals(reasons({ venueTime: start + 5_001 }), ["ahead_of_time"]);
  assertEquals(reasons({ venueTime: start + 5_000 }), []);
});

Deno.test("judgeBatch() asks for a sign of life once a second has passed without a quote", () => {
  const state = newIngestState(epochMs(start));
  const heard = (afterMs: number, ticks: Tick[] = []) =>
    judge(state, start + afterMs, ticks).heard?.time ?? null;
  assertEquals(heard(0), epochMs(start));
  assertEquals(heard(999), null);
  assertEquals(heard(1_000), epochMs(start + 1_000));
  assertEquals(heard(1_500, [tick()]), null);
  assertEquals(heard(2_499), null);
  assertEquals(heard(2_500, [tick({ bid: 0 })]), epochMs(start + 2_500));
});

Deno.test("judgeBatch() lets only rising, ordered, two-sided prices through, whatever comes", () => {
  const anyTick = fc.record({
    symbol: fc.constantFrom("EURUSD", "USDJPY", "NOPE"),
    bid: fc.integer({ min: -2, max: 6 }),
    ask: fc.integer({ min: -2, max: 6 }),
    afterMs: fc.integer({ min: -3_000, max: 8_000 }),
  });
  fc.assert(fc.property(fc.array(fc.array(anyTick), { maxLength: 10 }), (batches) => {
    const state = newIngestState(epochMs(start));
    const seen = new Map<string, { sequence: number; venueTime: number }>();
    for (const [at, batch] of batches.entries()) {
      const time = start + at * 1_000;
      const ticks = batch.map(({ afterMs, ...rest }) =>
        tick({ ...rest, venueTime: time + afterMs })
      );
      const { quotes, quarantined } = judge(state, time, ticks);
      assertEquals(quotes.length + quarantined.length, ticks.length);
      for (const quote of quotes) {
        const last = seen.get(quote.symbol);
        assertEquals(quote.sequence, last === undefined ? start * 1_000 : last.sequence + 1);
        assert(quote.venueTime >= (last?.venueTime ?? 0));
        assert(price(0) < quote.bid && quote.bid < quote.ask);
        seen.set(quote.symbol, quote);
      }
    }
  }));
});

Deno.test("closingTime() lies past the last minute that has begun, and no further", () => {
  const closing = (text: string) => toRfc3339(closingTime(parseRfc3339(text)!)).slice(11, 19);
  assertEquals(closing("2019-02-04T23:59:58.123Z"), "00:00:05");
  assertEquals(closing("2019-02-05T00:00:00Z"), "00:00:05");
  assertEquals(closing("2019-02-05T00:00:00.001Z"), "00:01:05");
});

/** As {@link judge}, of a live venue. */
const judgeLive = (
  state: ReturnType<typeof newIngestState>,
  time: number,
  batch: { ticks?: Tick[]; withdrawn?: string[]; venueClock?: number },
) => {
  const now = epochMs(time);
  const withdrawn = (batch.withdrawn ?? []) as Symbol[];
  return judgeBatch(
    state,
    { time: epochMs(batch.venueClock ?? time), ticks: batch.ticks ?? [], withdrawn },
    { receivedAt: now, aliveAt: now, live: true, clockMsMax: 5_000 },
  );
};

Deno.test("judgeBatch() tells what is withdrawn once, and a repeated tick restores it unpublished", () => {
  const state = newIngestState(epochMs(start));
  judgeLive(state, start, { ticks: [tick()] });
  const gone = judgeLive(state, start + 100, { withdrawn: ["EURUSD"] });
  assertEquals(gone.heard?.withdrawn, ["EURUSD"]);
  assertEquals(judgeLive(state, start + 200, { withdrawn: ["EURUSD"] }).heard, null);
  const back = judgeLive(state, start + 300, { ticks: [tick()] });
  assertEquals(back.quotes, []);
  assertEquals(back.quarantined.map(({ reason }) => reason), ["repeated"]);
  assertEquals(back.heard?.restored, ["EURUSD"]);
});

Deno.test("judgeBatch() tells again what could not be published, unless a quote has replaced it", () => {
  const state = newIngestState(epochMs(start));
  judgeLive(state, start, { ticks: [tick(), tick({ symbol: "USDJPY" })] });
  retell(state, judgeLive(state, start, { withdrawn: ["EURUSD", "USDJPY"] }).heard!);
  const next = judgeLive(state, start + 10, { ticks: [tick({ venueTime: start + 10 })] });
  assertEquals(next.heard?.withdrawn, ["USDJPY"]);
});

Deno.test("judgeBatch() withdraws a symbol whose ticks have been refused for a heartbeat", () => {
  const crossed = () => tick({ bid: 110_020 });
  const state = newIngestState(epochMs(start));
  judgeLive(state, start, { ticks: [tick()] });
  assertEquals(judgeLive(state, start + 10, { ticks: [crossed()] }).heard, null);
  assertEquals(judgeLive(state, start + 1_010, {}).heard?.withdrawn, ["EURUSD"]);
  // One older tick leaves the newer price standing; older ones for a whole heartbeat do not.
  const late = newIngestState(epochMs(start));
  judgeLive(late, start, { ticks: [tick()] });
  const older = () => tick({ venueTime: start - 1 });
  judgeLive(late, start + 10, { ticks: [older()] });
  assertEquals(judgeLive(late, start + 1_010, {}).heard?.withdrawn, []);
  assertEquals(judgeLive(late, start + 1_020, { ticks: [older()] }).heard?.withdrawn, ["EURUSD"]);
});

Deno.test("judgeBatch() believes neither price nor life of a clock too far from ours, either way", () => {
  for (const offMs of [5_001, -5_001]) {
    const state = newIngestState(epochMs(start));
    const venueClock = start + offMs;
    const judged = judgeLive(state, start, { venueClock, ticks: [tick()] });
    assertEquals(judged.quotes, []);
    assertEquals(judged.heard, null);
    assertEquals(judged.quarantined.map(({ reason }) => reason), ["clock_off"]);
  }
});

Deno.test("judgeBatch() goes on showing life when the machine's clock is set back", () => {
  const state = newIngestState(epochMs(start));
  judgeLive(state, start, { ticks: [tick()] });
  assertEquals(judgeLive(state, start - 3_600_000, {}).heard?.time, epochMs(start - 3_600_000));
});

Deno.test("judgeBatch() files a live tick that comes late once, and keeps the newest price", () => {
  const state = newIngestState(epochMs(start));
  const at = (afterMs: number, bid = 110_000) => tick({ venueTime: start + afterMs, bid });
  judgeLive(state, start + 1_000, { ticks: [at(0), at(1_000)] });
  const { quotes, late, quarantined } = judgeLive(state, start + 1_100, {
    ticks: [at(400), at(400), at(400, 109_999), at(0), at(1_100)],
  });
  assertEquals(quotes.map((one) => [one.venueTime - start, one.sequence - start * 1_000]), [
    [1_100, 2],
  ]);
  assertEquals(late.map((one) => [one.venueTime - start, one.bid, one.sequence - start * 1_000]), [
    [400, 110_000, 0],
    [400, 109_999, 1],
  ]);
  assertEquals(quarantined.map(({ reason }) => reason), ["repeated", "repeated"]);
});

Deno.test("judgeBatch() refuses a tick from before the first, or older than is filed", () => {
  const state = newIngestState(epochMs(start));
  const reasons = (afterMs: number) =>
    judgeLive(state, start + 120_000, { ticks: [tick({ venueTime: start + afterMs })] })
      .quarantined.map(({ reason }) => reason);
  assertEquals([0, 119_000, -1].map(reasons), [[], [], ["out_of_order"]]);
  assertEquals([120_500, 499, 500].map(reasons), [[], ["out_of_order"], []]);
});

Deno.test("judgeBatch() does not take an older tick that comes again for its price confirmed", () => {
  const state = newIngestState(epochMs(start));
  judgeLive(state, start, { ticks: [tick(), tick({ venueTime: start + 1 })] });
  judgeLive(state, start + 10, { withdrawn: ["EURUSD"] });
  assertEquals(judgeLive(state, start + 20, { ticks: [tick()] }).heard, null);
  const confirmed = judgeLive(state, start + 30, { ticks: [tick({ venueTime: start + 1 })] });
  assertEquals(confirmed.heard?.restored, ["EURUSD"]);
});

Deno.test("judgeBatch() gives every tick of a reordering venue once, and prices only forwards", () => {
  const sent = fc.array(
    fc.record({
      at: fc.integer({ min: 1, max: 20_000 }),
      delay: fc.nat(5_000),
      bid: fc.integer({ min: 100, max: 104 }),
      times: fc.integer({ min: 1, max: 2 }),
    }),
    { maxLength: 60 },
  );
  fc.assert(fc.property(sent, (ticks) => {
    const state = newIngestState(epochMs(start));
    judgeLive(state, start, { ticks: [tick({ bid: 100 })] });
    const arrivals = ticks.flatMap((one) =>
      Array.from({ length: one.times }, (_, n) => ({ ...one, comes: one.at + one.delay + n * 700 }))
    ).sort((a, b) => a.comes - b.comes);
    const key = (venueTime: number, bid: number) => `${venueTime - start} ${bid}`;
    const given: string[] = [];
    let newest = start;
    for (const { at, bid, comes } of arrivals) {
      const venueTime = start + at;
      const judged = judgeLive(state, start + comes, { ticks: [tick({ venueTime, bid })] });
      for (const one of [...judged.quotes, ...judged.late]) given.push(key(one.venueTime, one.bid));
      for (const one of judged.quotes) {
        assert(one.venueTime >= newest);
        newest = one.venueTime;
      }
      assert(judged.late.every((one) => one.venueTime < newest));
      assert(judged.quarantined.every(({ reason }) => reason === "repeated"));
    }
    // One moment's prices that alternate are each a price, so only its times tell repeats.
    const once = new Set(ticks.map(({ at, bid }) => key(start + at, bid)));
    assertEquals(new Set(given), once);
  }));
});
