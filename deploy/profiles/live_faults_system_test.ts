// Goal: whatever a live venue does, no client is told that a dead price is alive for longer than two
// of the venue's heartbeats, nothing published is lost, and the bars are right afterwards. Method: a
// scripted OANDA, and the platform's own parts behind it, on clocks that the test moves.

import { assert, assertEquals } from "@std/assert";
import { topics } from "../../shared/contracts/messages/topics.ts";
import { createEventSource, publishEvents } from "../../shared/runtime/events.ts";
import { systemTimer, uuidIds } from "../../shared/runtime/time.ts";
import { MemoryStreams } from "../../shared/streams/memory_streams.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { type LiveFeed, liveSymbols, startLiveFeed } from "../../shared/testing/live_feed.ts";

/** OANDA's heartbeat is five seconds. */
const twoHeartbeatsMs = 10_000;
const hourMs = 3_600_000;

const faultTest = (
  name: string,
  run: (feed: LiveFeed, streams: MemoryStreams) => Promise<void>,
) =>
  Deno.test(name, async () => {
    const streams = new MemoryStreams({ clock: systemTimer });
    {
      await using feed = await startLiveFeed(streams);
      await feed.begin();
      assertEquals(feed.statuses(), ["live", "live"]);
      await run(feed, streams);
    }
    await streams.close();
  });

const allStale = (feed: LiveFeed) => () => feed.statuses().every((status) => status === "stale");
const allTradable = (feed: LiveFeed) => () => liveSymbols.every((one) => feed.isTradable(one));

/** The minutes that have prices have exactly theirs, and no other minute has any. */
async function expectRightBars(feed: LiveFeed): Promise<void> {
  const before = await feed.finishMinutes();
  for (const symbol of liveSymbols) {
    const { archived, wanted } = await feed.bars(symbol, before);
    assertEquals(archived.filter(({ ticks }) => ticks > 0), wanted, symbol);
    assert(archived.every(({ openTime }, at) => at === 0 || openTime > archived[at - 1]!.openTime));
  }
}

faultTest(
  "a refused price that is released is in history and its bar, and never a price of now",
  async (feed, streams) => {
    await feed.advance(1_000);
    const venueTime = feed.parts.wall.now();
    feed.server.say("pricing", "price EUR_USD 1.10900 1.10000");
    await eventually(async () => assert(await streams.newest(topics.refusedTicks.name)));
    const [refused] = JSON.parse((await streams.newest(topics.refusedTicks.name))!.body).data.ticks;
    assertEquals([refused.reason, refused.time], ["crossed", venueTime]);
    const events = createEventSource({ source: "/test", ids: uuidIds, clock: feed.parts.wall });
    const tick = { releaseId: "live-1", symbol: "EURUSD", time: venueTime };
    const released = events.event("tick.released", { ...tick, bid: "1.10900", ask: "1.10000" });
    await publishEvents(streams, topics.releasedTicks, [released, released]);
    feed.expected.push({ symbol: liveSymbols[0]!, venueTime, bid: 110_900 });
    await feed.finishMinutes();
    await expectRightBars(feed);
    await publishEvents(streams, topics.releasedTicks, [released]);
    await expectRightBars(feed);
    assert(feed.parts.market.quotes.get(liveSymbols[0]!)!.bid < 110_900);
  },
);

faultTest(
  "a venue that stops sending but stays connected is stale within two heartbeats",
  async (feed) => {
    // It is asked again, and says nothing then either.
    for (let at = 0; at < 3; at++) feed.server.script("pricing", []);
    const staleAfterMs = await feed.advanceUntil(allStale(feed));
    assert(staleAfterMs <= twoHeartbeatsMs, `${staleAfterMs}`);
    await feed.advanceUntil(allTradable(feed), { mostMs: 120_000 });
    await feed.move();
    await expectRightBars(feed);
  },
);

faultTest(
  "prices that stop while heartbeats go on are stale within two heartbeats",
  async (feed) => {
    for (let at = 0; at < 3; at++) feed.server.script("pricing", ["heartbeat"]);
    const meanwhile = () => feed.server.say("pricing", "heartbeat");
    const staleAfterMs = await feed.advanceUntil(allStale(feed), { meanwhile });
    assert(staleAfterMs <= twoHeartbeatsMs, `${staleAfterMs}`);
    await feed.advanceUntil(allTradable(feed), { meanwhile, mostMs: 120_000 });
    await feed.move();
    await expectRightBars(feed);
  },
);

faultTest(
  "prices that rest while the venue confirms them stay tradable, and no bar counts them twice",
  async (feed) => {
    const meanwhile = () => {
      feed.server.say("pricing", "heartbeat");
      assert(allTradable(feed)(), feed.statuses().join());
    };
    const from = feed.parts.steady.now();
    await feed.advanceUntil(() => feed.parts.steady.now() - from >= 45_000, { meanwhile });
    assert(feed.server.connections.pricing.length >= 4);
    await feed.move();
    await expectRightBars(feed);
  },
);

faultTest("a storm of reconnections loses and doubles nothing", async (feed) => {
  for (let at = 0; at < 12; at++) {
    feed.server.say("pricing", "cut");
    await feed.connected(at + 2);
    await feed.move();
  }
  assert(await feed.metric("spotwire_venue_streams_lost_total") >= 12);
  await expectRightBars(feed);
});

faultTest(
  "ticks that come late put bars right and move no price, and repeats do neither",
  async (feed) => {
    const refused = (reason: string) =>
      feed.metric(`spotwire_ingest_quarantined_ticks_total{reason="${reason}"`);
    for (let at = 0; at < 5; at++) {
      await feed.advance(1_000);
      await feed.move();
      // A new high or low each time, of a moment before the newest price; then one of long ago.
      feed.sendLate("USDJPY", 150_200 - 40 * at, 700);
      feed.server.say(
        "pricing",
        "again USD_JPY",
        "again EUR_USD",
        "price USD_JPY 999.000 999.010 @-200000",
      );
      feed.server.say("pricing", "again EUR_USD");
    }
    await eventually(async () => {
      assertEquals([await refused("repeated"), await refused("out_of_order")], [15, 5]);
    });
    assertEquals(feed.parts.market.quotes.get("USDJPY")!.bid, feed.newestBid("USDJPY"));
    assertEquals(feed.statuses(), ["live", "live"]);
    await expectRightBars(feed);
    // The minute before this one is finished, and told.
    const finishedMs = feed.parts.wall.now() % 60_000;
    feed.sendLate("EURUSD", 111_000, finishedMs + 20_000);
    feed.sendLate("USDJPY", 149_000, finishedMs + 15_000);
    await eventually(async () => {
      assertEquals(await feed.metric("spotwire_archive_late_quotes_total"), 2);
    });
    await expectRightBars(feed);
  },
);

for (const [way, ms] of [["forwards", hourMs], ["back", -hourMs]] as const) {
  faultTest(
    `a venue whose clock jumps ${way} is not believed until it is right again`,
    async (feed) => {
      feed.server.say("pricing", `clock ${ms}`);
      const meanwhile = () => feed.server.say("pricing", "heartbeat", "price EUR_USD 1.5 1.6");
      const staleAfterMs = await feed.advanceUntil(allStale(feed), { meanwhile });
      assert(staleAfterMs <= twoHeartbeatsMs, `${staleAfterMs}`);
      assert(await feed.metric('spotwire_ingest_quarantined_ticks_total{reason="clock_off') > 0);
      feed.server.say("pricing", `clock ${-ms}`, "heartbeat");
      await feed.move();
      assertEquals(feed.statuses(), ["live", "live"]);
      await expectRightBars(feed);
    },
  );

  faultTest(`one symbol whose times jump ${way} is stale, and the others live`, async (feed) => {
    const meanwhile = () => {
      feed.server.say("pricing", `price EUR_USD 1.5 1.6 @${ms}`, "again USD_JPY", "heartbeat");
    };
    const stale = () => feed.statuses()[0] === "stale";
    const staleAfterMs = await feed.advanceUntil(stale, { meanwhile });
    assert(staleAfterMs <= twoHeartbeatsMs, `${staleAfterMs}`);
    assert(feed.isTradable("USDJPY"));
    await feed.move();
    assertEquals(feed.statuses(), ["live", "live"]);
    await expectRightBars(feed);
  });

  faultTest(
    `a machine whose clock jumps ${way} and is put right keeps no dead price alive`,
    async (feed) => {
      const { wall } = feed.parts;
      wall.jumpBy(ms);
      feed.server.moveClock(-ms); // the venue's clock stays right
      const meanwhile = () => feed.server.say("pricing", "heartbeat");
      const staleAfterMs = await feed.advanceUntil(allStale(feed), { meanwhile });
      assert(staleAfterMs <= twoHeartbeatsMs, `${staleAfterMs}`);
      wall.jumpBy(-ms);
      feed.server.moveClock(ms);
      feed.server.say("pricing", "heartbeat");
      await feed.move();
      assertEquals(feed.statuses(), ["live", "live"]);
      for (let at = 0; at < 3; at++) feed.server.script("pricing", []);
      assert(await feed.advanceUntil(allStale(feed)) <= twoHeartbeatsMs);
      await feed.advanceUntil(allTradable(feed), { mostMs: 120_000 });
      await expectRightBars(feed);
    },
  );
}

faultTest("ingest started again after the clock went back a day loses nothing", async (feed) => {
  const { wall } = feed.parts;
  await feed.advance(1_000);
  await feed.move();
  await expectRightBars(feed);
  const { archived } = await feed.bars(liveSymbols[0]!, wall.now());
  wall.jumpBy(-24 * hourMs);
  await feed.restartIngest();
  await feed.connected(2);
  await feed.move();
  assertEquals(feed.statuses(), ["live", "live"]);
  await feed.advance(1_000);
  await feed.move();
  await expectRightBars(feed);
  const { archived: all } = await feed.bars(liveSymbols[0]!, wall.now() + 24 * hourMs);
  const times = new Set(archived.map(({ openTime }) => openTime));
  assertEquals(all.filter(({ openTime }) => times.has(openTime)), archived);
  await eventually(async () => assertEquals(await feed.archivedQuotes(), feed.expected.length));
  assertEquals(await feed.metric("spotwire_archive_repeated_quotes_total"), 0);
});

faultTest("a halted instrument is stale at once, alone, until it trades again", async (feed) => {
  feed.server.say("pricing", "halt EUR_USD");
  await eventually(() => assertEquals(feed.statuses(), ["stale", "live"]));
  await feed.move();
  assertEquals(feed.statuses(), ["live", "live"]);
  await expectRightBars(feed);
});

faultTest("garbage, half a line and slow bytes cost nothing but themselves", async (feed) => {
  feed.server.say(
    "pricing",
    "raw <garbage>",
    'half raw {"type":"PRICE","instrument":"EUR_USD","bids":[]}',
    "cut",
  );
  await feed.connected(2);
  await feed.move();
  assertEquals(await feed.metric("spotwire_venue_lines_refused_total"), 1);
  await expectRightBars(feed);
});
