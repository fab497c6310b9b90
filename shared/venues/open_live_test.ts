import { assertEquals, assertThrows } from "@std/assert";
import { TradingHours } from "../domain/fx_week.ts";
import { seededRandom } from "../domain/random.ts";
import { systemTimer } from "../runtime/time.ts";
import { type CompositeSettings, openComposite, openOanda } from "./open_live.ts";

const options = {
  hours: new TradingHours(),
  seed: "s",
  system: systemTimer,
  steady: systemTimer,
  random: seededRandom("s"),
  watch: { refused: () => {}, note: () => {}, count: () => {} },
};
const oanda = { environment: "practice" as const, transactions: true };
const access = { token: "secret", accountId: "101-001-1234567-001" };
const composite = (settings: Partial<CompositeSettings>) =>
  openComposite({ sources: [], weights: [], agesMsMax: [], ...settings }, {
    ...options,
    oanda: { ...oanda, ...access },
  });

Deno.test("openOanda() names the setting that is missing or wrong", () => {
  assertEquals(openOanda({ ...oanda, ...access }, options).name, "oanda");
  assertThrows(() => openOanda(oanda, options), Error, "oanda.token and oanda.accountId");
  const wrong = { ...oanda, ...access, instruments: ["EURUSD", "EUR_USD"] };
  assertThrows(() => openOanda(wrong, options), Error, "EUR_USD, which is not listed");
});

Deno.test("openComposite() opens live sources by name, and names the one that is none", () => {
  assertEquals(composite({ sources: ["oanda", "simulator", "simulator:b"] }).name, "composite");
  assertThrows(() => composite({}), Error, "composite.sources");
  assertThrows(() => composite({ sources: ["replay:x"] }), Error, '"replay:x"');
  assertThrows(
    () => composite({ sources: ["oanda", "simulator"], weights: [1] }),
    Error,
    "composite.weights has 1 entries, composite.sources 2",
  );
});
