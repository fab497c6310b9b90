/**
 * OANDA v20 as a price venue: its instruments in batches of one pricing stream each, and the
 * account's transaction stream beside them, every one supervised for itself. Gives a sign of life
 * each second while a pricing stream vouches for one, and takes back the prices of symbols that
 * nothing vouches for.
 */

import type { TradingHours } from "../../domain/fx_week.ts";
import type { Symbol } from "../../domain/instrument.ts";
import type { Random } from "../../domain/random.ts";
import { type Clock, type EpochMs, epochMs, type Timer } from "../../domain/time.ts";
import { SupervisedStream } from "../supervised_stream.ts";
import { TickQueue } from "../tick_queue.ts";
import type { PriceVenue, StreamHealth, TickBatch, VenueWatch } from "../venue.ts";
import { type OandaAccess, OandaClient, streamsMax } from "./client.ts";
import { parsePricingLine, parseTransactionLine, type PricingMessage } from "./parse.ts";
import { PriceWatch, pulseMs, silentMsMax } from "./price_watch.ts";
import { toOandaName } from "./symbols.ts";

/** Instruments in one request, so that its address stays far below any server's limit. */
const instrumentsPerStreamMax = 50;
/** Prices later than this, or ahead by as much, are not believed. */
const clockMsMax = 5_000;
/** Of a line, what a log may hold. */
const lineShownMax = 200;

export interface OandaVenueOptions {
  readonly access: OandaAccess;
  readonly symbols: readonly Symbol[];
  /** Whether the account's transactions are listened to as well. */
  readonly transactions: boolean;
  readonly hours: TradingHours;
  /** The machine's clock. */
  readonly clock: Clock;
  /** Steady, for silences: setting the machine's clock must not make or hide one. */
  readonly steady: Timer;
  readonly random: Random;
  readonly watch: VenueWatch;
}

/** @throws RangeError for no symbols, one that is not listed, or more than OANDA's streams carry. */
export function createOandaVenue(options: OandaVenueOptions): PriceVenue {
  const batches = batchesOf(options.symbols);
  let running: OandaStreams | null = null;
  return {
    name: "oanda",
    pausable: false,
    clockMsMax,
    streams: () => running?.health() ?? [],
    ticks(signal) {
      running = new OandaStreams(options, batches);
      return running.ticks(signal);
    },
  };
}

function batchesOf(symbols: readonly Symbol[]): readonly (readonly Symbol[])[] {
  const all = [...new Set(symbols)];
  const batches: Symbol[][] = [];
  for (let at = 0; at < all.length; at += instrumentsPerStreamMax) {
    batches.push(all.slice(at, at + instrumentsPerStreamMax));
  }
  if (batches.length === 0 || batches.length >= streamsMax) {
    const most = instrumentsPerStreamMax * (streamsMax - 1);
    throw new RangeError(`Cannot stream ${all.length} instruments: use 1 to ${most}`);
  }
  for (const symbol of all) toOandaName(symbol);
  return batches;
}

/** A pricing stream with what its silence means. */
interface Pricing {
  readonly stream: SupervisedStream<string>;
  readonly prices: PriceWatch;
}

class OandaStreams {
  readonly #options: OandaVenueOptions;
  readonly #pricing: readonly Pricing[];
  readonly #transactions: SupervisedStream<string> | null;
  readonly #queue: TickQueue;
  /** What to add to the steady clock for OANDA's; unknown before its first heartbeat. */
  #venueOffsetMs: number | null = null;

  constructor(options: OandaVenueOptions, batches: readonly (readonly Symbol[])[]) {
    this.#options = options;
    const client = new OandaClient(options.access, options.steady);
    const { watch } = options;
    this.#queue = new TickQueue((ticks) => {
      watch.note("warn", "ticks passed over by newer ones", { ticks });
      watch.count("ticks_conflated", "oanda");
    });
    this.#pricing = batches.map((symbols, at) => this.#pricingStream(client, symbols, at + 1));
    this.#transactions = options.transactions ? this.#transactionStream(client) : null;
  }

  health(): readonly StreamHealth[] {
    return this.#streams().map((stream) => stream.health());
  }

  async *ticks(signal: AbortSignal): AsyncGenerator<TickBatch> {
    const stop = new AbortController();
    const ended = AbortSignal.any([signal, stop.signal]);
    const running = [...this.#streams().map((stream) => stream.run(ended)), this.#pulse(ended)];
    try {
      for (;;) {
        const batch = await this.#queue.take(ended);
        if (batch === null) return;
        yield { time: this.#venueTime(), ...batch };
      }
    } finally {
      stop.abort();
      await Promise.all(running);
    }
  }

  #streams(): readonly SupervisedStream<string>[] {
    const pricing = this.#pricing.map(({ stream }) => stream);
    return this.#transactions === null ? pricing : [...pricing, this.#transactions];
  }

  #pricingStream(client: OandaClient, symbols: readonly Symbol[], number: number): Pricing {
    const { steady: timer, random, watch } = this.#options;
    const names = symbols.map(toOandaName);
    const prices = new PriceWatch(symbols);
    const pricing: Pricing = {
      prices,
      stream: new SupervisedStream<string>({
        name: `pricing-${number}`,
        open: (signal) => client.openPricing(names, signal),
        silentMsMax,
        timer,
        random,
        watch,
        onOpen: () => prices.opened(timer.now()),
        onMessages: (lines) => {
          prices.heard(timer.now());
          for (const line of lines) this.#takePricing(parsePricingLine(line), pricing);
          this.#look(pricing);
        },
      }),
    };
    return pricing;
  }

  #transactionStream(client: OandaClient): SupervisedStream<string> {
    const { steady: timer, random, watch } = this.#options;
    const stream = new SupervisedStream<string>({
      name: "transactions",
      open: (signal) => client.openTransactions(signal),
      silentMsMax,
      timer,
      random,
      watch,
      onMessages: (lines) => {
        for (const line of lines) {
          const message = parseTransactionLine(line);
          if (message.kind === "transaction") stream.told();
          if (message.kind === "refused") this.#refused(message);
        }
      },
    });
    return stream;
  }

  #takePricing(message: PricingMessage, { stream, prices }: Pricing): void {
    const { steady } = this.#options;
    switch (message.kind) {
      case "heartbeat":
        this.#venueOffsetMs = message.time - steady.now();
        return;
      case "price":
        stream.told();
        prices.priced(message.tick.symbol, steady.now());
        return this.#queue.push(message.tick);
      case "untradeable":
        stream.told();
        if (prices.unpriced(message.symbol, { untradeable: true })) {
          this.#queue.withdraw(message.symbol);
        }
        return;
      case "refused":
        this.#refused(message);
        this.#options.watch.refused({ reason: message.fault, original: message.line });
        // Its price has changed to one that cannot be read.
        if (message.symbol !== null && prices.unpriced(message.symbol, { untradeable: false })) {
          this.#queue.withdraw(message.symbol);
        }
    }
  }

  #refused({ fault, line }: { fault: string; line: string }): void {
    this.#options.watch.count("lines_refused", fault);
    this.#options.watch.note("warn", "venue line refused", {
      fault,
      line: line.slice(0, lineShownMax),
    });
  }

  /** Each second: the venue's life, and what of it can be vouched for. */
  async #pulse(signal: AbortSignal): Promise<void> {
    const { steady } = this.#options;
    while (!signal.aborted) {
      await steady.sleepUntil(epochMs(steady.now() + pulseMs), signal);
      if (!signal.aborted) { for (const pricing of this.#pricing) this.#look(pricing); }
    }
  }

  #look({ stream, prices }: Pricing): void {
    const { steady, clock, hours } = this.#options;
    const look = prices.look(steady.now(), hours.isOpen(clock.now()));
    for (const symbol of look.withdrawn) this.#queue.withdraw(symbol);
    if (look.alive) this.#queue.alive();
    if (look.askAgain) stream.reopen("Heartbeats without prices");
  }

  #venueTime(): EpochMs {
    const { clock, steady } = this.#options;
    if (this.#venueOffsetMs === null) return clock.now();
    return epochMs(Math.round(steady.now() + this.#venueOffsetMs));
  }
}
