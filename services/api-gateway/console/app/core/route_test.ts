import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { granularities } from "../../../../../shared/domain/bars/granularity.ts";
import { barSides } from "../../../../../shared/domain/bar.ts";
import { lengthMax, lengthMin, studiesMax, studyKinds } from "../chart/studies.ts";
import {
  chartsBesideMax,
  defaultRoute,
  panelNames,
  readRoute,
  type Route,
  routeText,
  tabNames,
  viewNames,
} from "./route.ts";

const symbol = fc.stringMatching(/^[A-Z]{6}$/);
const chart = {
  symbol,
  granularity: fc.constantFrom(...granularities),
  side: fc.constantFrom(...barSides),
  source: fc.stringMatching(/^[a-z0-9-]{1,40}$/),
  studies: fc.array(
    fc.record({
      kind: fc.constantFrom(...studyKinds),
      length: fc.integer({ min: lengthMin, max: lengthMax }),
    }, { noNullPrototype: true }),
    { maxLength: studiesMax },
  ),
  signals: fc.boolean(),
};
const route: fc.Arbitrary<Route> = fc.record({
  ...chart,
  view: fc.constantFrom(...viewNames),
  tab: fc.constantFrom(...tabNames),
  panel: fc.constantFrom(...panelNames),
  account: fc.option(fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/)),
  beside: fc.array(fc.record(chart, { noNullPrototype: true }), { maxLength: chartsBesideMax }),
  item: fc.option(fc.stringMatching(/^[A-Za-z0-9-]{1,36}$/)),
}, { noNullPrototype: true });

Deno.test("an address reproduces its screen", () => {
  fc.assert(fc.property(route, (one) => assertEquals(readRoute(routeText(one)), one)));
});

Deno.test("it does so for whoever remembers another screen", () => {
  fc.assert(fc.property(route, route, (one, remembered) => {
    const named = { ...one, account: one.account ?? "demo" };
    assertEquals(readRoute(routeText(named), remembered), named);
  }));
});

Deno.test("whatever an address says, there is a screen to show", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    const read = readRoute(
      `?view=${text}&symbol=${text}&beside=${text}&granularity=${text}&studies=${text}&signals=${text}`,
    );
    assertEquals(readRoute(routeText(read)), read);
  }));
});

Deno.test("what an address leaves out is as it was remembered", () => {
  const remembered: Route = { ...defaultRoute, symbol: "USDJPY", tab: "fills" };
  assertEquals(readRoute("?tab=orders", remembered), { ...remembered, tab: "orders" });
});

Deno.test("signals are shown where an address says so, and nowhere else", () => {
  const beside = "USDJPY.S5.bid.ema20.live";
  assertEquals(readRoute(`?beside=${beside}`).beside[0]?.signals, false, "a link of before");
  assertEquals(readRoute(`?beside=${beside}.shown`).beside[0]?.signals, true);
  assertEquals(readRoute("?signals=shown").signals, true);
  assertEquals(readRoute("?signals=no").signals, false);
});
