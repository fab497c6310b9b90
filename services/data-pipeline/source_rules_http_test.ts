// Goal: what is said of a source once holds for every import that names it, and no other; what an
// import says itself goes before.

import { assertEquals } from "@std/assert";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { startTestPipeline, temporaryFolder } from "./testing/test_pipeline.ts";

const store = await openTestStore();

const lines = [
  "time,symbol,bid,ask",
  "2019-02-04 10:00:00,GOLD,1310100,1310200",
  "2019-02-04 10:00:01,EURUSD.m,1144,1143",
].join("\n");

Deno.test("the rules of a source are those of its imports, and are kept with each", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/all.csv`, lines);
  await using pipeline = await startTestPipeline({
    store,
    authenticate: refusalAuthenticate,
    folder: folder.path,
  });
  const { call, load } = pipeline;
  const rules = {
    clock: "-05:00",
    priceDecimals: 3,
    symbols: { GOLD: "XAUUSD", "*.m": "*" },
    gates: { "*": { crossed: { action: "flag" } } },
  };
  const put = await call("PUT", "/v1/source-rules/broker", rules);
  assertEquals([put.status, put.body.source, put.body.symbols], [200, "broker", rules.symbols]);
  const done = await load({ path: "all.csv", source: "broker" });
  assertEquals([done.state, done.rowsStored, done.rowsFlagged], ["done", 2, 1]);
  const day = { from: Date.UTC(2019, 1, 4), to: Date.UTC(2019, 1, 5) };
  const [gold] = await pipeline.ticks("XAUUSD", "broker", day);
  assertEquals([gold!.time[0], gold!.length], [Date.UTC(2019, 1, 4, 15), 1]);
  const own = await load({ path: "all.csv", source: "broker", clock: "utc" });
  assertEquals([own.state, own.clock], ["done", "utc"]);
  assertEquals((await pipeline.ticks("XAUUSD", "broker", day)).flatMap(({ time }) => [...time]), [
    Date.UTC(2019, 1, 4, 10),
    Date.UTC(2019, 1, 4, 15),
  ]);
  assertEquals((await load({ path: "all.csv", source: "other" })).state, "stopped");

  const listed = (await call("GET", "/v1/source-rules")).body.rules;
  assertEquals(listed.map((one: { source: string }) => one.source), ["broker"]);
  assertEquals((await call("DELETE", "/v1/source-rules/broker")).status, 204);
  assertEquals((await call("DELETE", "/v1/source-rules/broker")).body.code, "not_found");
  assertEquals((await load({ path: "all.csv", source: "broker" })).state, "stopped");
});

Deno.test("rules that no import could use are refused", async () => {
  await using folder = await temporaryFolder();
  await using pipeline = await startTestPipeline({
    store,
    authenticate: refusalAuthenticate,
    folder: folder.path,
    runs: false,
  });
  for (
    const [rules, code] of [
      [{ clock: "moon" }, "import_format_unknown"],
      [{ symbols: { GOLD: "GOLD" } }, "import_symbol_unknown"],
      [{ gates: { "*": { spikes: {} } } }, "gate_invalid"],
      [{ priceDecimals: 10 }, "invalid_request"],
      [{ colour: "red" }, "invalid_request"],
    ] as const
  ) {
    const { body } = await pipeline.call("PUT", "/v1/source-rules/broker", rules);
    assertEquals(body.code, code);
  }
  assertEquals((await pipeline.call("GET", "/v1/source-rules")).body.rules, []);
});
