// Goal: what ingest refuses of the live feed can be looked at as it came, each tick once, and let in
// after all; only the newest are kept.

import { assertEquals } from "@std/assert";
import { quarantinedRowView } from "../../../shared/contracts/http/data_quality.ts";
import { type EventOf, topics } from "../../../shared/contracts/messages/topics.ts";
import { createEventSource, publishEvents } from "../../../shared/runtime/events.ts";
import { systemTimer, uuidIds } from "../../../shared/runtime/time.ts";
import { MemoryStreams } from "../../../shared/streams/memory_streams.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { startTestPipeline, temporaryFolder } from "../testing/test_pipeline.ts";
import { keepEvents } from "./keep_refused.ts";

const events = createEventSource({ source: "/test", ids: uuidIds, clock: systemTimer });
const at = Date.UTC(2026, 0, 7, 12);
const event = (...numbers: number[]): EventOf<typeof topics.refusedTicks> =>
  events.event("ticks.refused", {
    venue: "oanda",
    ticks: numbers.map((number) => ({
      ...{ number, reason: "crossed", symbol: "EURUSD", time: at, receivedTime: at + 12 },
      original: `{"bid":${number}}`,
    })),
  });

Deno.test("a refused tick that is a price is released to the archive, whatever comes between", async () => {
  await using folder = await temporaryFolder();
  const streams = new MemoryStreams({ clock: systemTimer });
  const options = { folder: folder.path, authenticate: refusalAuthenticate, streams };
  await using pipeline = await startTestPipeline(options);
  const tick = (number: number, over: Record<string, unknown> = {}) => ({
    ...{ number, reason: "crossed", symbol: "USDJPY", time: at, receivedTime: at + 12 },
    original: JSON.stringify({
      symbol: "USDJPY",
      bid: 150_012,
      ask: 150_003,
      venueTime: at,
      ...over,
    }),
  });
  const ticks = [
    tick(1),
    { ...tick(2), reason: "repeated" },
    tick(3, { bid: -4 }),
    { ...tick(4), symbol: "XXXYYY" },
    { ...tick(5), original: "<garbage>" },
  ];
  await publishEvents(streams, topics.refusedTicks, [
    events.event("ticks.refused", { venue: "oanda", ticks }),
  ]);
  const rows = await eventually(async () => {
    const { body } = await pipeline.call("GET", "/v1/quarantine?source=live");
    return body.rows.length === 5 && body.rows;
  });
  const releasable = rows.map((row: { releasable: boolean }) => row.releasable);
  assertEquals(releasable, [true, false, false, false, false]);
  const release = (row: { rowId: string }) =>
    pipeline.call("POST", `/v1/quarantine/${row.rowId}/release`);
  for (const row of rows.slice(1)) {
    assertEquals((await release(row)).body.code, "row_not_releasable");
  }
  const { publish } = streams;
  streams.publish = () => Promise.reject(new Error("down"));
  assertEquals((await release(rows[0])).status, 503);
  streams.publish = publish;
  const released = await release(rows[0]);
  assertEquals([released.status, released.body.state], [200, "released"]);
  assertEquals((await release(rows[0])).body, released.body);
  const { body } = (await streams.newest(topics.releasedTicks.name))!;
  assertEquals(JSON.parse(body).data, {
    releaseId: `live-${rows[0].rowId}`,
    ...{ symbol: "USDJPY", time: at, bid: "150.012", ask: "150.003" },
  });
  await pipeline.lifecycle.stop("test");
  await streams.close();
});

Deno.test("ticks that ingest refused are listed as they came, once, with reason and times", async () => {
  await using folder = await temporaryFolder();
  const streams = new MemoryStreams({ clock: systemTimer });
  const options = { folder: folder.path, authenticate: refusalAuthenticate, streams };
  await using pipeline = await startTestPipeline(options);
  const line = events.event("ticks.refused", {
    venue: "oanda",
    ticks: [{ number: 9, reason: "not_json", receivedTime: at, original: "<garbage>" }],
  });
  await publishEvents(streams, topics.refusedTicks, [event(7, 8), event(7), line]);
  const listed = await eventually(async () => {
    const { body } = await pipeline.call("GET", "/v1/quarantine?source=live");
    return body.rows.length === 3 && body;
  });
  for (const row of listed.rows) quarantinedRowView.parse(row);
  assertEquals(listed.rows[0], {
    ...listed.rows[0],
    ...{ importId: null, symbol: "EURUSD", source: "live", kind: "ticks", file: "oanda", row: 7 },
    original: '{"bid":7}',
    reasons: ["crossed"],
    detail: "Refused by ingest, received 2026-01-07T12:00:00.012Z",
    ...{ time: "2026-01-07T12:00:00.000Z", state: "held", releasable: false },
  });
  assertEquals(
    [listed.rows[2].symbol, listed.rows[2].time, listed.rows[2].original],
    [null, null, "<garbage>"],
  );
  await keepEvents(pipeline.deps.db, [event(20, 21)], 2);
  const { body } = await pipeline.call("GET", "/v1/quarantine?source=live&reason=crossed");
  assertEquals(body.rows.map(({ row }: { row: number }) => row), [20, 21]);
  const released = `/v1/quarantine/${body.rows[0].rowId}/release`;
  assertEquals((await pipeline.call("POST", released)).body.code, "row_not_releasable");
  await pipeline.lifecycle.stop("test");
  await streams.close();
});
