// Goal: the terms a broker writes down are those that count, exactly, and a slip of the pen is refused.

import { assertEquals, assertThrows } from "@std/assert";
import type { AccountId } from "../domain/ids.ts";
import { price, type Symbol } from "../domain/instrument.ts";
import { instrumentOf } from "../domain/instruments.ts";
import { guaranteeOffer } from "../domain/orders/guarantee.ts";
import { hedgedMarginFor } from "../domain/margin_rates.ts";
import { micros } from "../domain/money.ts";
import { defaultTerms } from "../domain/terms.ts";
import { readSettings } from "./settings.ts";
import * as v from "valibot";
import { readTerms, termsSettings } from "./terms_settings.ts";

const schema = v.strictObject({ terms: termsSettings });
const read = (terms: unknown) =>
  readTerms(readSettings(schema, { env: {}, file: { terms } }).terms);

Deno.test("no settings are the plain terms", () => {
  assertEquals(readTerms(readSettings(schema, { env: {} }).terms), defaultTerms);
});

Deno.test("amounts, rates and levels of the file are exact", () => {
  const terms = read({
    commissions: [{ groups: ["major"], currency: "USD", perLot: "3.50", minimum: "1" }],
    financing: {
      markup: "0.5",
      swapFree: ["devout"],
      currencies: [{ currency: "USD", since: "2026-06-01", rate: "3.4125" }],
      instruments: [{
        symbol: "USDJPY",
        since: "2026-03-01",
        long: { points: "1.5" },
        short: { annual: "-4.25" },
      }],
    },
    margin: { stopOutPercent: 30, accounts: [{ accountId: "careful", stopOutPercent: 80 }] },
  });
  assertEquals(terms.commissions[0]?.perLot, micros(3_500_000n));
  assertEquals(terms.commissions[0]?.perMillion, micros(0n));
  assertEquals(terms.financing.markupPpm, 5_000);
  assertEquals(terms.financing.currencies[0]?.ppm, 34_125);
  const [usdjpy] = terms.financing.instruments;
  assertEquals(usdjpy?.long, { kind: "points", thousandths: 1_500 });
  assertEquals(usdjpy?.short, { kind: "annual", ppm: -42_500 });
  assertEquals([terms.margin.callPercent, terms.margin.stopOutPercent], [100, 30]);
  assertEquals(terms.margin.accounts as unknown, [{ accountId: "careful", stopOutPercent: 80 }]);
});

Deno.test("guarantees are read in pips; left out they are the platform's, and the empty list offers none", () => {
  const gold = instrumentOf("XAUUSD" as Symbol);
  const { guarantees } = read({
    guarantees: [
      { symbols: ["XAUUSD"], mode: "required", premiumPips: "2.5", distancePipsMin: "0" },
      { groups: ["major"], mode: "disabled" },
      {},
    ],
  });
  const [premium, distanceMin] = [price(25), price(1)];
  assertEquals(guaranteeOffer(guarantees, gold), { required: true, premium, distanceMin });
  const offerOf = (symbol: string) => guaranteeOffer(guarantees, instrumentOf(symbol as Symbol));
  assertEquals(offerOf("EURUSD"), null);
  const [own, far] = [price(10), price(100)];
  assertEquals(offerOf("EURGBP"), { required: false, premium: own, distanceMin: far });
  assertEquals(guaranteeOffer(read({ guarantees: [] }).guarantees, gold), null);
  for (const premiumPips of ["-1", "1.25", "ten"]) {
    assertThrows(() => read({ guarantees: [{ premiumPips }] }));
  }
});

Deno.test("margin tiers are exact and begin at 0, and each account may margin its legs its own way", () => {
  const { margin } = read({
    margin: {
      hedged: "sum",
      instruments: [{
        symbol: "EURUSD",
        tiers: [{ aboveUnits: 0, percent: "3.3333" }, { aboveUnits: 1_000_000, percent: "5" }],
      }],
      accounts: [{ accountId: "small", hedged: "net" }],
    },
  });
  assertEquals([...margin.tiers] as unknown, [["EURUSD", [
    { aboveUnits: 0, ratePpm: 33_333 },
    { aboveUnits: 1_000_000, ratePpm: 50_000 },
  ]]]);
  const hedged = ["small", "other"].map((id) => hedgedMarginFor(margin, id as AccountId));
  assertEquals(hedged, ["net", "sum"]);
});

Deno.test("an amount that is none, a fifth decimal and an unknown symbol are refused", () => {
  const wrong = [
    { commissions: [{ currency: "USD", perLot: "-1" }] },
    { commissions: [{ currency: "USD", perLots: "1" }] },
    { financing: { markup: "1.00001" } },
    {
      financing: {
        instruments: [{
          symbol: "EURXXX",
          since: "2026-01-01",
          long: { points: "1" },
          short: { points: "1" },
        }],
      },
    },
    { margin: { callPercent: 0 } },
    { margin: { hedged: "none" } },
    ...[
      [],
      [{ aboveUnits: 1, percent: "5" }],
      [{ aboveUnits: 0, percent: "0" }],
      [{ aboveUnits: 0, percent: "5" }, { aboveUnits: 0, percent: "6" }],
    ].map((tiers) => ({ margin: { instruments: [{ symbol: "EURUSD", tiers }] } })),
  ];
  for (const terms of wrong) assertThrows(() => read(terms));
});
