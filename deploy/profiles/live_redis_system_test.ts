// Goal: Redis killed and started again amid a live feed costs no price, also none that the venue gave
// meanwhile; clients are told that prices are stale as long, and get the newest one as soon as it is
// back. Method: as in the other faults of a live feed, over a real Redis that is killed.

import { assert, assertEquals } from "@std/assert";
import { systemTimer } from "../../shared/runtime/time.ts";
import type { EventStreams } from "../../shared/streams/event_streams.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { liveSymbols, startLiveFeed } from "../../shared/testing/live_feed.ts";
import { realTest } from "../../shared/testing/real.ts";
import { startRedis } from "../../shared/testing/real_redis.ts";

const twoHeartbeatsMs = 10_000;
const patient = { timeoutMs: 60_000 };
/** Bids of each symbol that move no bar, and, given once while Redis is down, a new high and low. */
const resting = [110_001, 150_121];
const extremes = [[110_700, 150_900], [109_300, 149_400]];

/** Counts the times that the streams did not take what was published. */
function countRefused(streams: EventStreams): { count: number } {
  const refused = { count: 0 };
  const publish = streams.publish.bind(streams);
  streams.publish = (...args) =>
    publish(...args).catch((error) => {
      refused.count++;
      throw error;
    });
  return refused;
}

realTest("a Redis killed amid a live feed loses no price", ["redis"], async () => {
  const redis = await startRedis();
  const streams = await openStreams(redis.url, { clock: systemTimer });
  const refused = countRefused(streams);
  {
    await using feed = await startLiveFeed(streams);
    await feed.begin();
    for (let at = 0; at < 3; at++) {
      await feed.advance(1_000);
      await feed.move();
    }
    await redis.kill();
    const stale = () => feed.statuses().every((status) => status === "stale");
    const meanwhile = () => feed.send(resting);
    assert(await feed.advanceUntil(stale, { meanwhile }) <= twoHeartbeatsMs);
    // Each of these is given after the streams have refused those before it.
    for (const bids of [resting, ...extremes, resting]) {
      const before = refused.count;
      feed.send(bids);
      await eventually(() => assert(refused.count > before), patient);
      await feed.advance(100);
    }
    await using _again = await startRedis({ folder: redis.folder, port: redis.port });
    meanwhile();
    await eventually(async () => {
      // Slowly: the minute must not end before the price that closes it.
      await feed.advance(100);
      meanwhile();
      assert(liveSymbols.every((symbol) => feed.isTradable(symbol)), feed.statuses().join());
    }, patient);
    await feed.advance(500);
    await feed.move();
    const before = await feed.finishMinutes();
    for (const symbol of liveSymbols) {
      const { archived, wanted } = await feed.bars(symbol, before);
      assertEquals(archived.filter(({ ticks }) => ticks > 0), wanted, symbol);
    }
    await eventually(async () => {
      const published = await feed.metric("spotwire_ingest_quotes_total");
      assertEquals(published, feed.expected.length);
      assertEquals(await feed.archivedQuotes(), published);
    }, patient);
  }
  await streams.close();
});
