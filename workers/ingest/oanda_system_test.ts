// Goal: the worker as a process streams from OANDA by its settings alone, shows its connections on
// the metrics, and writes the token nowhere.

import { assert, assertEquals } from "@std/assert";
import { systemTimer } from "../../shared/runtime/time.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free_port.ts";
import { startPart } from "../../shared/testing/platform_process.ts";
import { ScriptedOanda } from "../../shared/testing/scripted_oanda.ts";

const patient = { timeoutMs: 60_000 };

Deno.test("the ingest worker streams from OANDA, alone and in a composite", async () => {
  for (const spec of ["oanda", "composite"]) {
    await using server = new ScriptedOanda({ clock: systemTimer });
    server.script("pricing", ["price EUR_USD 1.10000 1.10010", "heartbeat"]);
    const port = freePort();
    await using part = await startPart({
      script: "workers/ingest/main.ts",
      port,
      env: {
        SPOTWIRE_HTTP_PORT: String(port),
        SPOTWIRE_STREAMS_URL: "memory:",
        SPOTWIRE_VENUE_SPEC: spec,
        SPOTWIRE_COMPOSITE_SOURCES: "oanda",
        SPOTWIRE_OANDA_URL: server.url,
        SPOTWIRE_OANDA_TOKEN: server.token,
        SPOTWIRE_OANDA_ACCOUNT_ID: server.accountId,
        SPOTWIRE_OANDA_INSTRUMENTS: "EURUSD,USDJPY",
      },
    });
    const metrics = async () => await (await fetch(`${part.url}/metrics`)).text();
    await eventually(async () => {
      const text = await metrics();
      assert(/spotwire_ingest_quotes_total{.*} [1-9]/.test(text), text);
      assert(/stream_connected{stream="pricing-1".*} 1/.test(text));
      assert(/stream_connected{stream="transactions".*} 1/.test(text));
    }, patient);
    server.say("pricing", "cut");
    await eventually(async () => {
      assert(/streams_lost_total{stream="pricing-1".*} 1/.test(await metrics()));
      assertEquals(server.connections.pricing.length, 2);
    }, patient);
    assertEquals(await part.stop(), 0);
    const output = part.output();
    assert(output.includes("venue stream lost"));
    assert(!output.includes(server.token));
  }
});

Deno.test("the ingest worker says which of OANDA's settings is missing", async () => {
  const port = freePort();
  const failure = await startPart({
    script: "workers/ingest/main.ts",
    port,
    env: {
      SPOTWIRE_HTTP_PORT: String(port),
      SPOTWIRE_STREAMS_URL: "memory:",
      SPOTWIRE_VENUE_SPEC: "oanda",
    },
  }).then(() => "", String);
  assert(failure.includes("set oanda.token and oanda.accountId"), failure);
});
