/** Opens the venues that are elsewhere, and composites of several, from their settings. */

import type { TradingHours } from "../domain/fx_week.ts";
import type { Symbol } from "../domain/instrument.ts";
import { findInstrument, instruments } from "../domain/instruments.ts";
import type { Random } from "../domain/random.ts";
import type { Timer } from "../domain/time.ts";
import { createCompositeVenue } from "./composite/composite_venue.ts";
import { oandaHosts } from "./oanda/client.ts";
import { createOandaVenue } from "./oanda/oanda_venue.ts";
import { createSimulator } from "./simulator/simulator.ts";
import type { PriceVenue, VenueWatch } from "./venue.ts";

export interface OandaSettings {
  readonly environment: "practice" | "live";
  /** Instead of the environment's own host. */
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly accountId?: string | undefined;
  /** Symbols wanted; every listed one by default. */
  readonly instruments?: readonly string[] | undefined;
  /** Whether the account's transaction stream is watched beside the prices. */
  readonly transactions: boolean;
}

export interface CompositeSettings {
  /** `oanda`, `simulator`, `simulator:<seed>`. */
  readonly sources: readonly string[];
  /** Of each source, in the order of `sources`; 1 where none is given. */
  readonly weights: readonly number[];
  /** Ages in milliseconds beyond which a source's price is not used; 60 000 by default. */
  readonly agesMsMax: readonly number[];
}

export interface LiveOptions {
  readonly hours: TradingHours;
  readonly seed: string;
  readonly system: Timer;
  /** Does not jump when the machine's clock is set. */
  readonly steady: Timer;
  readonly random: Random;
  readonly watch: VenueWatch;
}

const ageMsMaxDefault = 60_000;

/** @throws Error naming the setting that is missing or wrong. */
export function openOanda(settings: OandaSettings, options: LiveOptions): PriceVenue {
  const { token, accountId, environment, transactions } = settings;
  if (token === undefined || accountId === undefined) {
    throw new Error("Cannot open venue oanda: set oanda.token and oanda.accountId");
  }
  const names = settings.instruments ?? instruments.map(({ symbol }) => symbol);
  const unknown = names.find((name) => findInstrument(name) === undefined);
  if (unknown !== undefined) {
    throw new Error(
      `Cannot open venue oanda: oanda.instruments has ${unknown}, which is not listed`,
    );
  }
  return createOandaVenue({
    ...options,
    access: {
      url: (settings.url ?? oandaHosts[environment]).replace(/\/+$/, ""),
      token,
      accountId,
    },
    symbols: names as readonly Symbol[],
    transactions,
    clock: options.system,
  });
}

/** @throws Error naming the source or the setting that is wrong. */
export function openComposite(
  { sources, weights, agesMsMax }: CompositeSettings,
  options: LiveOptions & { readonly oanda: OandaSettings },
): PriceVenue {
  if (sources.length === 0) {
    throw new Error("Cannot open venue composite: name its sources in composite.sources");
  }
  for (const [name, list] of Object.entries({ weights, agesMsMax })) {
    if (list.length > 0 && list.length !== sources.length) {
      throw new Error(
        `Cannot open venue composite: composite.${name} has ${list.length} entries, ` +
          `composite.sources ${sources.length}`,
      );
    }
  }
  return createCompositeVenue({
    sources: sources.map((name, at) => ({
      name,
      weight: weights[at] ?? 1,
      ageMsMax: agesMsMax[at] ?? ageMsMaxDefault,
      venue: openSource(name, options),
    })),
    clock: options.system,
    steady: options.steady,
    random: options.random,
    watch: options.watch,
  });
}

function openSource(
  name: string,
  options: LiveOptions & { readonly oanda: OandaSettings },
): PriceVenue {
  if (name === "oanda") return openOanda(options.oanda, options);
  const simulator = /^simulator(?::(.+))?$/.exec(name);
  if (simulator === null) {
    const known = "oanda, simulator or simulator:<seed>";
    throw new Error(`Cannot open source "${name}" of composite.sources: use ${known}`);
  }
  const { hours, system: timer } = options;
  return createSimulator({ seed: simulator[1] ?? options.seed, hours, timer });
}
