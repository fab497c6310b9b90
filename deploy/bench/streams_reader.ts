/**
 * Reads quotes from Redis until it has as many as it should. Arguments: Redis URL, number of quotes,
 * and `batches` (entries as the platform publishes them, read as every part reads them) or `singles`
 * (one quote an entry, read with ioredis). Prints `ready` once the place to begin is fixed, then
 * `done` with the moment in milliseconds and the processor time since `ready` in microseconds.
 */

import { Redis } from "ioredis";
import process from "node:process";
import { QuoteBook } from "../../shared/domain/quote.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { followQuotes } from "../../shared/runtime/quote_feed.ts";
import { systemTimer } from "../../shared/runtime/time.ts";
import { openStreams } from "../../shared/streams/open_streams.ts";
import { singlesStream } from "./streams_peer.ts";

const [url = "", wanted = "", form = ""] = Deno.args;
const quotes = Number(wanted);

let ready = process.cpuUsage();

function begin(): void {
  ready = process.cpuUsage();
  console.log("ready");
}

function done(): never {
  const { user, system } = process.cpuUsage(ready);
  console.log(`done ${performance.timeOrigin + performance.now()} ${user + system}`);
  Deno.exit(0);
}

async function readBatches(): Promise<void> {
  let read = 0;
  await followQuotes({
    streams: await openStreams(url, { clock: systemTimer }),
    book: new QuoteBook(),
    from: "now",
    onQuotes(news) {
      read += news.length;
      if (read >= quotes) done();
    },
    logger: createLogger({ service: "bench", level: "warn" }),
    signal: new AbortController().signal,
  });
  begin();
}

async function readSingles(): Promise<void> {
  const redis = new Redis(url);
  await redis.ping();
  begin();
  let after = "0-0";
  for (let read = 0; read < quotes;) {
    const reply = await redis.xread(
      "COUNT",
      1_000,
      "BLOCK",
      1_000,
      "STREAMS",
      singlesStream,
      after,
    );
    for (const [id, [, body]] of (reply?.[0]?.[1] ?? []) as [string, [string, string]][]) {
      JSON.parse(body);
      after = id;
      read++;
    }
  }
  done();
}

if (form === "batches") await readBatches();
else await readSingles();
