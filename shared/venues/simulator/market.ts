/**
 * A simulated FX market: a pure function of seed, start and number of steps. Every step moves one
 * factor per currency; an instrument ticks by chance, and always when the fair mid has left its
 * standing bid and ask. So every standing quote brackets one common set of values, and no circle of
 * trades can gain.
 */

import type { TradingHours } from "../../domain/fx_week.ts";
import { type Instrument, price } from "../../domain/instrument.ts";
import { instruments } from "../../domain/instruments.ts";
import { type Random, seededRandom } from "../../domain/random.ts";
import { type EpochMs, epochMs } from "../../domain/time.ts";
import type { Tick } from "../venue.ts";
import { Factors } from "./factors.ts";
import { MarketMood, type Mood } from "./sessions.ts";
import { styleOf } from "./styles.ts";

export interface MarketOptions {
  readonly seed: string;
  /** Rounded down to a whole step. */
  readonly startAt: EpochMs;
  readonly hours: TradingHours;
  /** Market time between steps; ticks of a step arrive together. */
  readonly stepMs: number;
}

interface Standing {
  readonly instrument: Instrument;
  readonly scale: number;
  /** Ticks a second in a normal London hour. */
  readonly tempo: number;
  /** Half of the normal spread, as a share of the price. */
  readonly halfSpread: number;
  /** Whether it traded at the last step of an open market. */
  open: boolean;
  /** In points; 0 before the first tick. */
  bid: number;
  ask: number;
}

export class Market {
  readonly #options: MarketOptions;
  readonly #random: Random;
  readonly #factors: Factors;
  readonly #mood = new MarketMood();
  readonly #standing: readonly Standing[];
  #time: EpochMs;
  #wasOpen = false;

  constructor(options: MarketOptions) {
    this.#options = options;
    this.#time = onGrid(options.startAt, options.stepMs);
    this.#random = seededRandom(`${options.seed}:${this.#time}`);
    this.#factors = new Factors(options.seed);
    this.#standing = instruments.map((instrument) => ({
      instrument,
      scale: 10 ** instrument.pricePrecision,
      ...styleOf(instrument),
      bid: 0,
      ask: 0,
      open: false,
    }));
  }

  /** When the next step is due. */
  get nextAt(): EpochMs {
    return epochMs(this.#time + this.#options.stepMs);
  }

  /** Takes one step and gives its ticks by venue time; none while the market is closed. */
  step(): Tick[] {
    this.#time = this.nextAt;
    const open = this.#options.hours.isOpen(this.#time);
    const opening = open && !this.#wasOpen;
    this.#wasOpen = open;
    if (!open) return [];
    const mood = this.#mood.at(this.#time);
    this.#factors.step(this.#random, {
      time: this.#time,
      ms: this.#options.stepMs,
      volatility: mood.volatility,
    });
    return this.#quote(mood, opening);
  }

  /** Goes to the last step before `time`. Only closed hours can be skipped: nothing moves in them. */
  skipTo(time: EpochMs): void {
    const target = onGrid(epochMs(time - 1), this.#options.stepMs);
    if (target > this.#time) this.#time = target;
    this.#wasOpen = false;
  }

  #quote(mood: Mood, opening: boolean): Tick[] {
    const ticks: Tick[] = [];
    const share = this.#options.stepMs / 1_000;
    for (const one of this.#standing) {
      const { base, quote, symbol } = one.instrument;
      const wasOpen = one.open;
      one.open = this.#options.hours.of(symbol).isOpen(this.#time);
      if (!one.open) continue;
      const mid = this.#factors.mid(base, quote) * one.scale;
      const chance = this.#random.next();
      const opens = opening || !wasOpen;
      const due = opens || mid < one.bid || mid > one.ask ||
        chance < one.tempo * mood.tempo * share;
      if (due && this.#requote(one, mid, mood)) ticks.push(this.#tick(one, opens));
    }
    return ticks.sort((a, b) => a.venueTime - b.venueTime);
  }

  /** Whether the prices changed. Rounding outwards keeps the mid inside and bid below ask. */
  #requote(one: Standing, mid: number, mood: Mood): boolean {
    const half = one.halfSpread * mood.spread * (0.85 + 0.3 * this.#random.next());
    const bid = Math.max(1, Math.floor(mid * (1 - half)));
    const ask = Math.max(bid + 1, Math.ceil(mid * (1 + half)));
    if (bid === one.bid && ask === one.ask) return false;
    one.bid = bid;
    one.ask = ask;
    return true;
  }

  #tick(one: Standing, opening: boolean): Tick {
    const before = opening ? 0 : Math.floor(this.#random.next() * this.#options.stepMs);
    return {
      symbol: one.instrument.symbol,
      bid: price(one.bid),
      ask: price(one.ask),
      venueTime: epochMs(this.#time - before),
    };
  }
}

const onGrid = (time: EpochMs, stepMs: number): EpochMs => epochMs(time - (time % stepMs));
