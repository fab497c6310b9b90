// Goal: a fill costs what a person works out from the rule, and the parts of an order cost together
// what the whole would have.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { commissionOf, type CommissionRule, groupOf } from "./commission.ts";
import type { AccountId } from "./ids.ts";
import { type Price, type Symbol, type Units, units } from "./instrument.ts";
import { instrumentOf } from "./instruments.ts";
import { commissionPostings, unbalanced } from "./ledger.ts";
import { micros, rate, rateOf, unitRate } from "./money.ts";
import type { Rates } from "./rates.ts";

const named = (symbol: string) => instrumentOf(symbol as Symbol);
const account = { accountId: "demo" as AccountId, currency: "USD" as const };
const fresh = { filledUnits: units(0), filledCost: 0n };
const atPar: Rates = { rate: () => unitRate };
const rule: CommissionRule = {
  currency: "USD",
  perLot: micros(3_500_000n),
  perMillion: micros(0n),
  minimum: micros(0n),
};
const fillOf = (symbol: string, count: number, price: number) => ({
  account,
  instrument: named(symbol),
  order: fresh,
  units: count as Units,
  price: price as Price,
});

Deno.test("per lot: 3.50 a lot is 0.875 for a quarter of one; gold's lot is 100 ounces", () => {
  assertEquals(
    commissionOf([rule], fillOf("EURUSD", -25_000, 116_000), atPar)?.charged,
    micros(875_000n),
  );
  assertEquals(
    commissionOf([rule], fillOf("XAUUSD", 50, 2_000_000), atPar)?.charged,
    micros(1_750_000n),
  );
});

Deno.test("per million: 25 dollars for each million of notional, counted in dollars at its rate", () => {
  const byNotional = { ...rule, perLot: micros(0n), perMillion: micros(25_000_000n) };
  // 100,000 at 150.000 is 15,000,000 yen, 100,000 dollars at 150: a tenth of a million.
  const rates: Rates = { rate: (from, to) => from === to ? unitRate : rateOf(1n, 150n) };
  const found = commissionOf([byNotional], fillOf("USDJPY", 100_000, 150_000), rates);
  assertEquals(found?.charged, micros(2_500_000n));
  assertEquals(found?.notionalRate, rateOf(1n, 150n));
});

Deno.test("the first rule that fits counts, by account and group; none fitting costs nothing", () => {
  const rules: CommissionRule[] = [
    { ...rule, accounts: ["other" as AccountId], perLot: micros(1n) },
    { ...rule, groups: ["metal"], perLot: micros(2_000_000n) },
    { ...rule, groups: ["major"] },
  ];
  assertEquals(
    commissionOf(rules, fillOf("EURUSD", 100_000, 116_000), atPar)?.amount,
    micros(3_500_000n),
  );
  assertEquals(
    commissionOf(rules, fillOf("XAUUSD", 100, 2_000_000), atPar)?.amount,
    micros(2_000_000n),
  );
  assertEquals(commissionOf(rules, fillOf("EURGBP", 100_000, 86_000), atPar), undefined);
  assertEquals(["EURUSD", "EURGBP", "XAGUSD", "USDMXN"].map((one) => groupOf(named(one))), [
    "major",
    "cross",
    "metal",
    "other",
  ]);
});

Deno.test("a missing rate is not a commission of nothing", () => {
  const rates: Rates = { rate: (from, to) => from === to ? unitRate : null };
  const inEuro = { ...rule, currency: "EUR" as const };
  assertEquals(commissionOf([inEuro], fillOf("EURUSD", 1_000, 116_000), rates), null);
});

Deno.test("the parts of an order cost together what the whole costs, its minimum once", () => {
  const parts = fc.array(
    fc.record({
      units: fc.integer({ min: 1, max: 500_000 }),
      price: fc.integer({ min: 90_000, max: 160_000 }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  const cost = fc.bigInt({ min: 0n, max: 50_000_000n }).map(micros);
  fc.assert(fc.property(
    parts,
    fc.record({ perLot: cost, perMillion: cost, minimum: cost }),
    fc.bigInt({ min: 10n ** 11n, max: 10n ** 13n }),
    (made, costs, toAccount) => {
      const rules = [{ ...rule, ...costs }];
      const rates: Rates = { rate: (from, to) => from === to ? unitRate : rate(toAccount) };
      let order = fresh;
      let sum = 0n;
      for (const { units: size, price } of made) {
        const found = commissionOf(rules, { ...fillOf("EURUSD", size, price), order }, rates);
        sum += found?.amount ?? 0n;
        if (found) assertEquals(unbalanced(commissionPostings("USD", found)), []);
        order = {
          filledUnits: units(order.filledUnits + size),
          filledCost: order.filledCost + BigInt(price) * BigInt(size),
        };
      }
      // By hand: points of cost are 10 micros each, a lot is 100,000 units.
      const numerator = costs.perLot * BigInt(order.filledUnits) * 10n ** 12n +
        order.filledCost * 10n * costs.perMillion * 100_000n;
      const scale = 100_000n * 10n ** 12n;
      const exact = numerator > costs.minimum * scale ? numerator : costs.minimum * scale;
      const off = 2n * (exact - sum * scale);
      assertEquals((off < 0n ? -off : off) <= scale, true, "within half a micro");
    },
  ));
});
