/**
 * Several price venues as one: for each symbol the best bid and offer of the sources that can be
 * believed at the moment. Sources run apart; one that fails is asked again and holds nobody up. Which
 * source made each side is counted.
 */

import type { Symbol } from "../../domain/instrument.ts";
import type { Random } from "../../domain/random.ts";
import { type Clock, type EpochMs, epochMs, type Timer } from "../../domain/time.ts";
import { Backoff } from "../../resilience/backoff.ts";
import { tickFault } from "../tick_faults.ts";
import { TickQueue } from "../tick_queue.ts";
import type { PriceVenue, Tick, TickBatch, VenueWatch } from "../venue.ts";
import { type Best, bestOf, type SourceRules } from "./best_of.ts";

export interface CompositeSource extends SourceRules {
  readonly venue: PriceVenue;
}

export interface CompositeOptions {
  readonly sources: readonly CompositeSource[];
  /** The machine's clock. */
  readonly clock: Clock;
  /** Steady, for ages. */
  readonly steady: Timer;
  readonly random: Random;
  readonly watch: VenueWatch;
}

/** How often sources are looked at for having become stale. */
const lookMs = 250;
/** Sources at most. */
export const sourcesMax = 16;

/** @throws RangeError for no sources, too many, two of one name, or rules that are no numbers. */
export function createCompositeVenue(options: CompositeOptions): PriceVenue {
  checkSources(options.sources);
  return {
    name: "composite",
    pausable: false,
    streams: () => options.sources.flatMap(({ venue }) => venue.streams?.() ?? []),
    ticks: (signal) => new Composite(options).ticks(signal),
  };
}

function checkSources(sources: readonly CompositeSource[]): void {
  const names = new Set(sources.map(({ name }) => name));
  if (sources.length === 0 || sources.length > sourcesMax || names.size < sources.length) {
    throw new RangeError(`Cannot compose ${sources.length} sources: use 1 to ${sourcesMax} names`);
  }
  for (const { name, weight, ageMsMax, venue } of sources) {
    if (!(weight >= 0 && Number.isFinite(weight) && ageMsMax > 0)) {
      throw new RangeError(
        `Cannot weigh ${name} ${weight} up to ${ageMsMax} ms: use positive ones`,
      );
    }
    if (venue.pausable) throw new RangeError(`Cannot compose ${name}: it is a recording`);
  }
}

/** What a source last said of a symbol. */
interface Said {
  readonly tick: Tick;
  readonly pricedAt: number;
}

interface SourceState {
  readonly source: CompositeSource;
  heardAt: number;
  /** Its standing price of each symbol. */
  readonly said: Map<Symbol, Said>;
  /** Time of its newest good tick of each symbol, whether that stands or not. */
  readonly times: Map<Symbol, EpochMs>;
}

class Composite {
  readonly #options: CompositeOptions;
  readonly #sources: readonly SourceState[];
  readonly #queue: TickQueue;
  /** What was last given of each symbol; `null` while it is withdrawn. */
  readonly #given = new Map<Symbol, Tick | null>();
  /** Times given never fall, whichever source they come from. */
  readonly #givenTimes = new Map<Symbol, EpochMs>();

  constructor(options: CompositeOptions) {
    this.#options = options;
    this.#sources = options.sources.map((source) => ({
      source,
      heardAt: -Infinity,
      said: new Map(),
      times: new Map(),
    }));
    this.#queue = new TickQueue(() => options.watch.count("ticks_conflated", "composite"));
  }

  async *ticks(signal: AbortSignal): AsyncGenerator<TickBatch> {
    const stop = new AbortController();
    const ended = AbortSignal.any([signal, stop.signal]);
    const running = [...this.#sources.map((one) => this.#follow(one, ended)), this.#looks(ended)];
    try {
      for (;;) {
        const batch = await this.#queue.take(ended);
        if (batch === null) return;
        yield { time: this.#options.clock.now(), ...batch };
      }
    } finally {
      stop.abort();
      await Promise.all(running);
    }
  }

  async #follow(state: SourceState, signal: AbortSignal): Promise<void> {
    const { random, steady, watch } = this.#options;
    const { venue, name } = state.source;
    const backoff = new Backoff({ firstMs: 500, mostMs: 30_000, random });
    while (!signal.aborted) {
      let failure = "The source ended its prices";
      try {
        for await (const batch of venue.ticks(signal)) {
          backoff.reset();
          this.#take(state, batch);
        }
      } catch (error) {
        failure = error instanceof Error ? error.message : String(error);
      }
      if (signal.aborted) return;
      watch.note("warn", "source lost, will ask again", { source: name, reason: failure });
      await steady.sleepUntil(epochMs(Math.ceil(steady.now() + backoff.nextMs())), signal);
    }
  }

  #take(state: SourceState, batch: TickBatch): void {
    const { clock, steady } = this.#options;
    const { name, venue } = state.source;
    if (Math.abs(batch.time - clock.now()) > (venue.clockMsMax ?? Infinity)) {
      for (const tick of batch.ticks) this.#refused(name, tick, "clock_off");
      return; // no sign of life either: what a wrong clock says is not believed
    }
    state.heardAt = steady.now();
    const touched = new Set<Symbol>();
    for (const symbol of batch.withdrawn ?? []) {
      if (state.said.delete(symbol)) touched.add(symbol);
    }
    for (const tick of batch.ticks) {
      const fault = tickFault(tick, { after: state.times.get(tick.symbol), time: batch.time });
      if (fault !== null) {
        this.#refused(name, tick, fault);
        // An older tick leaves the newer one standing; after any other, nothing is known.
        if (fault !== "out_of_order" && state.said.delete(tick.symbol)) touched.add(tick.symbol);
        continue;
      }
      state.times.set(tick.symbol, tick.venueTime);
      state.said.set(tick.symbol, { tick, pricedAt: steady.now() });
      this.#decide(tick.symbol, state.source);
      touched.delete(tick.symbol);
    }
    for (const symbol of touched) this.#decide(symbol);
    this.#queue.alive();
  }

  #refused(source: string, tick: Tick, reason: string): void {
    const { watch } = this.#options;
    const { symbol, venueTime: time } = tick;
    watch.count("source_ticks_refused", source);
    watch.refused({ reason, symbol, time, original: JSON.stringify({ source, ...tick }) });
  }

  /** Sources become stale without a word. */
  async #looks(signal: AbortSignal): Promise<void> {
    const { steady } = this.#options;
    while (!signal.aborted) {
      await steady.sleepUntil(epochMs(steady.now() + lookMs), signal);
      if (signal.aborted) return;
      for (const symbol of this.#given.keys()) this.#decide(symbol);
    }
  }

  /** Gives the symbol's best where it has changed, or where `spoke` has just confirmed a side of it. */
  #decide(symbol: Symbol, spoke?: SourceRules): void {
    const best = bestOf(this.#candidates(symbol), this.#options.steady.now());
    const given = this.#given.get(symbol);
    if (best === null) {
      if (given !== null && given !== undefined) this.#queue.withdraw(symbol);
      this.#given.set(symbol, null);
      return;
    }
    if (best.leftOut.some(({ source }) => source.name === spoke?.name)) {
      this.#options.watch.count("composite_left_out", spoke!.name);
    }
    const { bid: { bid }, ask: { ask } } = best;
    const same = given?.bid === bid && given.ask === ask;
    const confirmed = spoke !== undefined &&
      (spoke.name === best.bid.source.name || spoke.name === best.ask.source.name);
    if (same && !confirmed) return;
    const tick: Tick = { symbol, bid, ask, venueTime: this.#timeOf(symbol, best) };
    this.#given.set(symbol, tick);
    this.#queue.push(tick);
    this.#options.watch.count("composite_bids", best.bid.source.name);
    this.#options.watch.count("composite_asks", best.ask.source.name);
  }

  #candidates(symbol: Symbol) {
    return this.#sources.flatMap(({ source, heardAt, said }) => {
      const one = said.get(symbol);
      if (one === undefined) return [];
      const { tick: { bid, ask, venueTime }, pricedAt } = one;
      return [{ source, bid, ask, venueTime, pricedAt, heardAt }];
    });
  }

  /** The newer side's time, never ahead of our clock, never behind what was given before. */
  #timeOf(symbol: Symbol, { bid, ask }: Best): EpochMs {
    const newest = Math.max(bid.venueTime, ask.venueTime);
    const now = this.#options.clock.now();
    const before = this.#givenTimes.get(symbol) ?? epochMs(0);
    // A clock set back far would hold every later time up.
    const floor = before - now > timesBackMsMax ? 0 : before;
    const time = epochMs(Math.max(floor, Math.min(newest, now)));
    this.#givenTimes.set(symbol, time);
    return time;
  }
}

/** Given times further ahead of the clock than this were given before it was set back. */
const timesBackMsMax = 5_000;
