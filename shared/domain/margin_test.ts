// Goal: a stop-out closes as little as reaches its level, in the order set, and never more than is
// held. Method: accounts made at random, the level worked out again after the closing.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Account, emptyAccount, valueAccount } from "./account.ts";
import type { AccountId } from "./ids.ts";
import { notional, price, type Symbol, units } from "./instrument.ts";
import { instrumentOf } from "./instruments.ts";
import { closingsOf, defaultMargin, isBelow, levelsFor, marginNeed } from "./margin.ts";
import { hedgedMargins, legsMargin, marginFor } from "./margin_rates.ts";
import { micros, unitRate } from "./money.ts";
import { fillPosition, legOf, positionKey, type PositionMode } from "./position.ts";
import { QuoteBook } from "./quote.ts";
import { quoteRates } from "./rates.ts";
import { epochMs } from "./time.ts";

const prices = { EURUSD: 116_000, USDJPY: 150_000, USDMXN: 1_820_000, GBPUSD: 134_000 };
const symbols = Object.keys(prices) as (keyof typeof prices)[];
const quotes = new QuoteBook();
for (const symbol of symbols) {
  const at = epochMs(1);
  const bid = price(prices[symbol]);
  quotes.apply({
    symbol: symbol as string as Symbol,
    bid,
    ask: price(bid + 12),
    venueTime: at,
    receivedTime: at,
    sequence: 1,
  });
}
const market = { quotes, rates: quoteRates(quotes), terms: { margin: defaultMargin } };

function accountOf(
  held: readonly { symbol: string; units: number; paid: number }[],
  balance: bigint,
  positionMode: PositionMode = "netting",
): Account {
  const account = emptyAccount("a" as AccountId);
  account.positionMode = positionMode;
  account.balance = micros(balance);
  for (const one of held) {
    const instrument = instrumentOf(one.symbol as Symbol);
    const openCost = notional(price(one.paid), units(one.units), instrument);
    account.positions.set(positionKey(instrument.symbol, legOf(positionMode, one.units)), {
      symbol: instrument.symbol,
      units: units(one.units),
      openCost,
    });
  }
  return account;
}

/** The account after the closings were filled at the market. */
function closed(account: Account, closings: ReturnType<typeof closingsOf>): Account {
  const after = { ...account, positions: new Map(account.positions) };
  for (const { symbol, units: closing } of closings) {
    const key = positionKey(symbol, legOf(account.positionMode, closing));
    const held = after.positions.get(key)!;
    const instrument = instrumentOf(symbol);
    const quote = quotes.get(symbol)!;
    const fill = { units: units(-closing), price: closing > 0 ? quote.bid : quote.ask };
    const { position, realised } = fillPosition(held, fill, instrument);
    const rate = market.rates.rate(instrument.quote, account.currency)!;
    after.balance = micros(after.balance + realised * rate / 10n ** 12n);
    if (position.units === 0) after.positions.delete(key);
    else after.positions.set(key, position);
  }
  return after;
}

const someAccount = fc.record({
  held: fc.uniqueArray(
    fc.record({
      symbol: fc.constantFrom(...symbols),
      units: fc.integer({ min: -5_000, max: 5_000 }).filter((n) => n !== 0).map((n) => n * 100),
      off: fc.integer({ min: -2_000, max: 2_000 }),
    }),
    { selector: (one) => one.symbol, minLength: 1, maxLength: 4 },
  ),
  balance: fc.bigInt({ min: 0n, max: 30_000_000_000n }),
  closeFirst: fc.constantFrom("largest_margin" as const, "largest_loss" as const),
});

Deno.test("closingsOf() reaches the stop-out level, closing no unit more than it takes", () => {
  let partial = 0;
  fc.assert(
    fc.property(someAccount, ({ held, balance, closeFirst }) => {
      const account = accountOf(
        held.map((one) => ({ ...one, paid: prices[one.symbol] + one.off })),
        balance,
      );
      const levels = { ...defaultMargin, closeFirst };
      const closings = closingsOf(account, levels, market);
      const before = valueAccount(account, market)!;
      if (!isBelow(before, 50)) return void assertEquals(closings, []);
      for (const { symbol, units: closing } of closings) {
        const { units: open } = account.positions.get(symbol)!;
        assert(Math.sign(closing) === Math.sign(open) && Math.abs(closing) <= Math.abs(open));
      }
      const after = valueAccount(closed(account, closings), market)!;
      if (before.equity <= 0n) return void assertEquals(closings.length, held.length);
      // Conversions of what is realised round by a micro each.
      assert((after.equity + 10n) * 100n >= after.marginUsed * 50n, "covered again");
      const last = closings.at(-1)!;
      const step = instrumentOf(last.symbol).unitsStep;
      const size = Math.abs(last.units) - step;
      if (size <= 0) return;
      partial++;
      const less = closings.with(-1, { ...last, units: units(Math.sign(last.units) * size) });
      const stillOpen = valueAccount(closed(account, less), market)!;
      assert((stillOpen.equity - 10n) * 100n < (stillOpen.marginUsed + 10n) * 50n, "one step less");
    }),
    { numRuns: 2_000 },
  );
  assert(partial > 50, String(partial));
});

const someLegs = fc.record({
  legs: fc.uniqueArray(
    fc.record({
      symbol: fc.constantFrom(...symbols),
      long: fc.boolean(),
      units: fc.integer({ min: 1, max: 5_000 }).map((n) => n * 100),
      off: fc.integer({ min: -2_000, max: 2_000 }),
    }),
    { selector: (one) => `${one.symbol} ${one.long}`, minLength: 1, maxLength: 8 },
  ),
  balance: fc.bigInt({ min: 0n, max: 60_000_000_000n }),
  hedged: fc.constantFrom(...hedgedMargins),
  closeFirst: fc.constantFrom("largest_margin" as const, "largest_loss" as const),
});

const tiers = new Map([["EURUSD" as Symbol, [
  { aboveUnits: 0, ratePpm: 33_333 },
  { aboveUnits: 150_000, ratePpm: 50_000 },
  { aboveUnits: 300_000, ratePpm: 100_000 },
]]]);

Deno.test("closingsOf() reaches the level over both legs and tiers, however legs are margined", () => {
  let partial = 0;
  fc.assert(
    fc.property(someLegs, ({ legs, balance, hedged, closeFirst }) => {
      const held = legs.map((one) => ({
        symbol: one.symbol as string,
        units: one.long ? one.units : -one.units,
        paid: prices[one.symbol] + one.off,
      }));
      const account = accountOf(held, balance, "hedging");
      const levels = { ...defaultMargin, closeFirst, hedged, tiers };
      const by = { ...market, terms: { margin: levels } };
      const before = valueAccount(account, by)!;
      const closings = closingsOf(account, levels, by);
      if (!isBelow(before, 50)) return void assertEquals(closings, []);
      const after = valueAccount(closed(account, closings), by)!;
      if (before.equity <= 0n) return void assertEquals(closings.length, held.length);
      assert((after.equity + 10n) * 100n >= after.marginUsed * 50n, "covered again");
      const last = closings.at(-1)!;
      const step = instrumentOf(last.symbol).unitsStep;
      const less = closings.flatMap((one) => {
        const size = Math.abs(one.units) - (one.symbol === last.symbol ? step : 0);
        return size === 0 ? [] : [{ ...one, units: units(Math.sign(one.units) * size) }];
      });
      partial++;
      const stillOpen = valueAccount(closed(account, less), by)!;
      assert((stillOpen.equity - 10n) * 100n < (stillOpen.marginUsed + 10n) * 50n, "one step less");
    }),
    { numRuns: 3_000 },
  );
  assert(partial > 200, String(partial));
});

Deno.test("tiers are for the units within them; legs need the larger margin, both, or the net one", () => {
  const instrument = instrumentOf("EURUSD" as Symbol);
  const by = { instrument, toAccount: unitRate, tiers };
  // At 1.16006: 150,000 at 3.3333 %, 150,000 at 5 %, 50,000 at 10 %.
  const exact = (150_000n * 33_333n + 150_000n * 50_000n + 50_000n * 100_000n) * 1_160_060n;
  assertEquals(marginFor(units(-350_000), 232_012, by), micros(exact / 1_000_000n));
  // One unit at an odd half point: 0.05 × 0.000005 is rounded up to the micro.
  const plain = { ...by, tiers: new Map() };
  assertEquals(marginFor(units(1), 1, plain), micros(1n));
  const legs = { long: 200_000, short: 50_000 };
  const margins = hedgedMargins.map((hedged) => legsMargin(legs, 232_012, { ...by, hedged }));
  const of = (size: number) => marginFor(units(size), 232_012, by);
  assertEquals(margins, [of(200_000), micros(of(200_000) + of(50_000)), of(150_000)]);
});

Deno.test("the largest margin or the largest loss goes first, as set for the account", () => {
  // Margins of about 3,867 and 8,933 dollars; losses of 1,160 and 268.
  const held = [
    { symbol: "EURUSD", units: 100_000, paid: 117_160 },
    { symbol: "GBPUSD", units: -200_000, paid: 133_878 },
  ];
  const account = accountOf(held, 4_000_000_000n);
  const first = (closeFirst: "largest_margin" | "largest_loss") =>
    closingsOf(
      account,
      levelsFor({
        ...defaultMargin,
        accounts: [{ accountId: account.accountId, closeFirst }],
      }, account.accountId),
      market,
    )[0]?.symbol;
  assertEquals([first("largest_margin"), first("largest_loss")] as string[], ["GBPUSD", "EURUSD"]);
});

Deno.test("an account is called and stopped out below its levels, not at them", () => {
  const flat = accountOf([], 0n);
  assertEquals(marginNeed(flat, defaultMargin, market), null);
  const level = (equity: bigint) => ({ equity: micros(equity), marginUsed: micros(200n) });
  assertEquals([isBelow(level(200n), 100), isBelow(level(199n), 100)], [false, true]);
  assertEquals([isBelow(level(100n), 50), isBelow(level(99n), 50)], [false, true]);
  const held = [{ symbol: "EURUSD", units: 100_000, paid: 116_000 }];
  const need = (balance: bigint, marginCall = false) =>
    marginNeed({ ...accountOf(held, balance), marginCall }, defaultMargin, market);
  assertEquals(
    [need(4_000_000_000n), need(3_800_000_000n), need(1_900_000_000n)],
    [null, "call", "stop_out"],
  );
  assertEquals([need(3_800_000_000n, true), need(4_000_000_000n, true)], [null, "end_call"]);
  assertEquals(marginNeed(accountOf([], -1n), defaultMargin, market), "protect");
});
