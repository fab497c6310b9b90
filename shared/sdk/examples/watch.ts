/**
 * Live quotes in the terminal: `watch.ts EURUSD USDJPY`, or no symbols for all of them. `--every 250`
 * asks for the newest per interval, `--binary` for the binary form, `--bars` for one-minute bars and
 * `--signals` for signals as well. Reads SPOTWIRE_URL (default http://localhost:8000) and SPOTWIRE_KEY. Redraws in place on a
 * terminal, prints a line per quote into a pipe.
 */

import { parseArgs } from "node:util";
import {
  FeedClient,
  type FeedQuote,
  FeedRefusal,
  type FeedStatus,
  type LiveBar,
  type LiveSignal,
} from "../mod.ts";

const colours = { live: 32, quiet: 33, stale: 31, closed: 90 } as const;
const paint = (colour: number, text: string): string =>
  Deno.noColor || !Deno.stdout.isTerminal() ? text : `\x1b[${colour}m${text}\x1b[0m`;

/** Decimal points stand below each other: yen crosses have three decimals, the others five. */
function aligned(price: string): string {
  const [whole = "", decimals = ""] = price.split(".");
  return `${whole.padStart(5)}.${decimals.padEnd(5)}`;
}

/** Bid to ask, in the last decimal of the price. */
function spread({ bid, ask }: FeedQuote): string {
  return String(BigInt(ask.replace(".", "")) - BigInt(bid.replace(".", "")));
}

/** A line of the table. A price from before the connection was lost is no longer a price. */
function line(quote: FeedQuote, isConnected = true): string {
  const time = new Date(quote.time).toISOString().slice(11, 23);
  return [
    quote.symbol.padEnd(7),
    aligned(quote.bid),
    aligned(quote.ask),
    spread(quote).padStart(6),
    ` ${time}`,
    ` ${isConnected ? paint(colours[quote.status], quote.status) : paint(90, "lost")}`,
  ].join(" ");
}

const header = "symbol          bid         ask  points  UTC           status";

function describe(status: FeedStatus, url: string): string {
  if (status.state === "connected") return `${paint(32, "connected")} to ${url}`;
  if (status.state === "reconnecting") {
    const seconds = (status.delayMs / 1000).toFixed(1);
    return `${paint(31, "reconnecting")} in ${seconds} s: ${status.reason}`;
  }
  return status.state;
}

/** Redraws the table where it stands, at most ten times a second. */
function drawTable(feed: FeedClient, url: string): void {
  let drawn = 0;
  setInterval(() => {
    const quotes = [...feed.latest.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
    const isConnected = feed.status.state === "connected";
    const table = quotes.map((quote) => line(quote, isConnected));
    const lines = [describe(feed.status, url), "", header, ...table]
      .slice(0, Deno.consoleSize().rows - 1);
    const up = drawn === 0 ? "" : `\x1b[${drawn}A`;
    Deno.stdout.writeSync(
      new TextEncoder().encode(`${up}${lines.map((text) => `\x1b[2K${text}\n`).join("")}\x1b[J`),
    );
    drawn = lines.length;
  }, 100);
}

function printLines(feed: FeedClient, url: string): void {
  feed.on("status", (status) => console.error(describe(status, url)));
  feed.on("quotes", ({ quotes }) => quotes.forEach((quote) => console.log(line(quote))));
}

const barLine = ({ symbol, side, openTime, open, high, low, close, state }: LiveBar): string =>
  [symbol, side, new Date(openTime).toISOString().slice(11, 16), open, high, low, close, state]
    .join(" ");

const signalLine = ({ symbol, study, granularity, time, direction, price, state }: LiveSignal) =>
  [symbol, study, granularity, new Date(time).toISOString().slice(11, 16), direction, price, state]
    .join(" ");

interface Wishes {
  readonly symbols: "*" | string[];
  readonly intervalMs: number;
  readonly binary: boolean;
  readonly bars: boolean;
  readonly signals: boolean;
}

async function watch({ symbols, intervalMs, binary, bars, signals }: Wishes): Promise<void> {
  const url = Deno.env.get("SPOTWIRE_URL") ?? "http://localhost:8000";
  const key = Deno.env.get("SPOTWIRE_KEY");
  if (key === undefined) throw new Error("Set SPOTWIRE_KEY to a key with market:read");
  const feed = new FeedClient({ url, key, intervalMs, binary });
  feed.on("gap", ({ channel, symbols }) => {
    console.error(`Some ${channel} were missed of ${symbols.join(", ")}`);
  });
  if (Deno.stdout.isTerminal() && !bars && !signals) drawTable(feed, url);
  else printLines(feed, url);
  await feed.subscribe(symbols);
  if (bars) {
    feed.on("bars", (news) => news.bars.forEach((bar) => console.log(barLine(bar))));
    await feed.subscribeBars(symbols);
  }
  if (signals) {
    feed.on("signals", (news) => news.signals.forEach((one) => console.log(signalLine(one))));
    await feed.subscribeSignals(symbols);
  }
  // The table and the lines are drawn from events; the loop only waits for the end.
  for await (const _quote of feed);
}

try {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      every: { type: "string", default: "0" },
      binary: { type: "boolean", default: false },
      bars: { type: "boolean", default: false },
      signals: { type: "boolean", default: false },
    },
  });
  await watch({
    symbols: positionals.length === 0 ? "*" : positionals.map((symbol) => symbol.toUpperCase()),
    intervalMs: Number(values.every),
    binary: values.binary,
    bars: values.bars,
    signals: values.signals,
  });
} catch (error) {
  console.error(error instanceof FeedRefusal ? `Refused: ${error.message}` : String(error));
  Deno.exit(1);
}
