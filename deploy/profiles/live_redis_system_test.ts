// Goal: Redis killed and started again amid a live feed costs nothing that was acknowledged; clients
// are told that prices are stale meanwhile, and get the newest one as soon as it is back. Method: as
// in the other faults of a live feed, over a real Redis that is killed.

import { assert, assertEquals } from "@std/assert";
import { sql } from "kysely";
import { systemTimer } from "../../shared/runtime/time.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { type LiveFeed, liveSymbols, startLiveFeed } from "../../shared/testing/live_feed.ts";
import { realTest } from "../../shared/testing/real.ts";
import { startRedis } from "../../shared/testing/real_redis.ts";

const twoHeartbeatsMs = 10_000;
const patient = { timeoutMs: 60_000 };
/** Within the range of the prices before, so it moves no bar, however often it is archived. */
const during = ["price EUR_USD 1.10001 1.10020", "price USD_JPY 150.121 150.140", "heartbeat"];

async function quotesArchived(feed: LiveFeed): Promise<number> {
  const { rows } = await sql<{ quotes: string | null }>`
    select sum(quotes)::text as quotes from archive.symbols
  `.execute(feed.parts.store.database("archive"));
  return Number(rows[0]?.quotes ?? 0);
}

realTest("a Redis killed amid a live feed loses nothing acknowledged", ["redis"], async () => {
  const redis = await startRedis();
  const streams = await openStreams(redis.url, { clock: systemTimer });
  {
    await using feed = await startLiveFeed(streams);
    await feed.begin();
    for (let at = 0; at < 3; at++) {
      await feed.advance(1_000);
      await feed.move();
    }
    await redis.kill();
    const stale = () => feed.statuses().every((status) => status === "stale");
    const meanwhile = () => feed.server.say("pricing", ...during);
    assert(await feed.advanceUntil(stale, { meanwhile }) <= twoHeartbeatsMs);
    await using _again = await startRedis({ folder: redis.folder, port: redis.port });
    feed.server.say("pricing", ...during);
    await eventually(async () => {
      // Slowly: the minute must not end before the price that closes it.
      await feed.advance(100);
      feed.server.say("pricing", ...during);
      assert(liveSymbols.every((symbol) => feed.isTradable(symbol)), feed.statuses().join());
    }, patient);
    await feed.advance(500);
    await feed.move();
    const before = await feed.finishMinutes();
    for (const symbol of liveSymbols) {
      const { archived, wanted } = await feed.bars(symbol, before);
      const prices = (bars: typeof wanted) =>
        bars.map(({ openTime, open, high, low, close }) => [openTime, open, high, low, close]);
      assertEquals(prices(archived.filter(({ ticks }) => ticks > 0)), prices(wanted), symbol);
    }
    await eventually(async () => {
      const published = await feed.metric("spotwire_ingest_quotes_total");
      assert(await quotesArchived(feed) >= published);
    }, patient);
  }
  await streams.close();
});
