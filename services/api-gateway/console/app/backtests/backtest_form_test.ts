import { assertEquals } from "@std/assert";
import { createBacktestBody } from "../../../../../shared/contracts/http/backtests.ts";
import { SpotwireProblem } from "../../../../../shared/sdk/mod.ts";
import { backtestOf, emptyBacktest, explainBacktest } from "./backtest_form.ts";

const strategy = { strategy: "two-averages", parameters: { fast: 20, slow: 100 } };
const given = { strategy, backtestId: "b-1" };

Deno.test("a form as it begins is a backtest of all there is, with the strategy's own parameters", () => {
  const asked = backtestOf(emptyBacktest, given);
  const { from, to, source, parameters, symbols } = createBacktestBody.parse(asked);
  assertEquals([from, to, source], [undefined, undefined, undefined]);
  assertEquals([parameters, symbols], [{}, ["EURUSD"]]);
});

Deno.test("days are whole and of UTC, the last included; shares are given in per cent", () => {
  const asked = createBacktestBody.parse(backtestOf({
    ...emptyBacktest,
    ...{ from: "2019-02-04", to: "2019-02-08", partialPercent: "12.5", rejectPercent: "1" },
    parameters: { fast: "5", slow: " ", gone: "3" },
  }, given));
  assertEquals([asked.from, asked.to], ["2019-02-04T00:00:00Z", "2019-02-09T00:00:00.000Z"]);
  assertEquals([asked.partialShare, asked.rejectShare], [0.125, 0.01]);
  assertEquals(asked.parameters, { fast: 5 }, "what another strategy was given stays behind");
});

Deno.test("a text that is no number is told at its field", () => {
  const of = (over: Partial<typeof emptyBacktest>) => {
    const asked = backtestOf({ ...emptyBacktest, ...over }, given);
    return "field" in asked ? asked.field : null;
  };
  assertEquals(of({ latencyMs: "fast" }), "latencyMs");
  assertEquals(of({ partialPercent: "" }), "partialPercent");
  assertEquals(of({ parameters: { slow: "1o" } }), "parameter-slow");
});

Deno.test("the platform's refusals are told at their fields", () => {
  const problem = (path: string) =>
    new SpotwireProblem(new Response(null, { status: 422 }), {
      code: "backtest_invalid",
      detail: "d",
      errors: [{ path, message: "m" }],
    });
  const fieldOf = (path: string) => explainBacktest(problem(path)).field;
  assertEquals(
    ["/symbols", "/symbols/0", "/to", "/parameters", "/parameters/fast", "/rejectShare"].map(
      fieldOf,
    ),
    ["symbol", "symbol", "to", "parameters", "parameter-fast", "rejectPercent"],
  );
  const full = new SpotwireProblem(new Response(null, { status: 409 }), {
    code: "too_many_backtests",
    detail: "The most backtests allowed are waiting",
  });
  const { field, title } = explainBacktest(full);
  assertEquals([field, title], ["form", "The most backtests allowed are waiting"]);
});
