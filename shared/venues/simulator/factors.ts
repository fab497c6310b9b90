/**
 * What each currency is worth in dollars, as a model: a slow level that is a function of seed and
 * time alone, so that a restart finds it again, and a fast mean-reverting walk around it
 * (Uhlenbeck and Ornstein, 1930). Floats are allowed here: nothing of this is money.
 */

import type { Currency } from "../../domain/currency.ts";
import { normal, type Random, seededRandom } from "../../domain/random.ts";
import type { EpochMs } from "../../domain/time.ts";

interface FactorBase {
  /** Dollars for one unit, about the level of 2025. */
  readonly dollars: number;
  /** Standard deviation of a day's log return. */
  readonly dayDeviation: number;
}

const factorBases: readonly (readonly [Currency, FactorBase])[] = [
  ["EUR", { dollars: 1.125, dayDeviation: 0.0044 }],
  ["GBP", { dollars: 1.31, dayDeviation: 0.0048 }],
  ["AUD", { dollars: 0.65, dayDeviation: 0.006 }],
  ["NZD", { dollars: 0.592, dayDeviation: 0.0062 }],
  ["CAD", { dollars: 1 / 1.385, dayDeviation: 0.0036 }],
  ["CHF", { dollars: 1 / 0.845, dayDeviation: 0.0046 }],
  ["JPY", { dollars: 1 / 149.5, dayDeviation: 0.0056 }],
  ["NOK", { dollars: 1 / 10.4, dayDeviation: 0.0065 }],
  ["SEK", { dollars: 1 / 9.8, dayDeviation: 0.006 }],
  ["MXN", { dollars: 1 / 19.2, dayDeviation: 0.007 }],
  ["ZAR", { dollars: 1 / 17.9, dayDeviation: 0.009 }],
  ["SGD", { dollars: 1 / 1.305, dayDeviation: 0.0028 }],
  ["CNH", { dollars: 1 / 7.2, dayDeviation: 0.0022 }],
  ["XAU", { dollars: 3_200, dayDeviation: 0.0095 }],
  ["XAG", { dollars: 33, dayDeviation: 0.017 }],
];

const dayMs = 86_400_000;
/** Lengths of the level's waves in days; a wave's height grows with the root of its length. */
const waveDays = [64, 16, 4, 1, 0.25] as const;
const waveShare = 0.5;
/** The walk forgets within about an hour, so it strays from the level by a tenth of a day's move. */
const forgetMs = 3_600_000;

/** One currency's dollar value. */
class Factor {
  readonly #base: FactorBase;
  readonly #waves: readonly Wave[];
  #deviation = 0;

  constructor(seed: string, currency: Currency, base: FactorBase) {
    this.#base = base;
    this.#waves = waveDays.map((days) => new Wave(`${seed}:${currency}:${days}`, days * dayMs));
  }

  step(random: Random, ms: number, volatility: number): void {
    const shock = this.#base.dayDeviation * Math.sqrt(ms / dayMs) * volatility * normal(random);
    this.#deviation += shock - this.#deviation * (ms / forgetMs);
  }

  dollars(time: EpochMs): number {
    let log = this.#deviation;
    for (const wave of this.#waves) {
      log += waveShare * this.#base.dayDeviation * wave.days ** 0.5 * wave.at(time);
    }
    return this.#base.dollars * Math.exp(log);
  }
}

/** Smooth noise: heights drawn at whole multiples of its length, eased between them. */
class Wave {
  readonly #seed: string;
  readonly #lengthMs: number;
  #index = Number.NaN;
  #left = 0;
  #right = 0;

  constructor(seed: string, lengthMs: number) {
    this.#seed = seed;
    this.#lengthMs = lengthMs;
  }

  get days(): number {
    return this.#lengthMs / dayMs;
  }

  at(time: EpochMs): number {
    const index = Math.floor(time / this.#lengthMs);
    if (index !== this.#index) {
      this.#index = index;
      this.#left = this.#height(index);
      this.#right = this.#height(index + 1);
    }
    const t = time / this.#lengthMs - index;
    return this.#left + (this.#right - this.#left) * t * t * (3 - 2 * t);
  }

  /** Even, with deviation 1. */
  #height(index: number): number {
    return (2 * seededRandom(`${this.#seed}:${index}`).next() - 1) * Math.sqrt(3);
  }
}

/** All currencies against the dollar; a cross is the ratio of two, so crosses always agree. */
export class Factors {
  readonly #factors: ReadonlyMap<Currency, Factor>;
  readonly #dollars = new Map<Currency, number>([["USD", 1]]);

  constructor(seed: string) {
    this.#factors = new Map(
      factorBases.map(([currency, base]) => [currency, new Factor(seed, currency, base)]),
    );
  }

  /** Moves every factor by `ms`, and values them at `time`. */
  step(random: Random, at: { time: EpochMs; ms: number; volatility: number }): void {
    for (const [currency, factor] of this.#factors) {
      factor.step(random, at.ms, at.volatility);
      this.#dollars.set(currency, factor.dollars(at.time));
    }
  }

  /** Units of `quote` for one of `base`, as of the last step. */
  mid(base: Currency, quote: Currency): number {
    return this.#dollars.get(base)! / this.#dollars.get(quote)!;
  }
}
