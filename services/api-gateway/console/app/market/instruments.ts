/** What can be traded, as the platform lists it, and the groups it falls into. */

import { computed, type Signal, signal } from "@preact/signals";
import type { Instrument } from "../../../../../shared/sdk/mod.ts";
import { decimalsOf } from "./price_text.ts";

export const watchGroups = ["all", "favourites", "majors", "crosses", "exotics", "metals"] as const;
export type WatchGroup = (typeof watchGroups)[number];

const majors = new Set(["EUR", "GBP", "AUD", "NZD", "USD", "CAD", "CHF", "JPY"]);
const metals = new Set(["XAU", "XAG", "XPT", "XPD"]);

/** The group a symbol belongs to by its currencies. */
export function groupOf({ base, quote }: Pick<Instrument, "base" | "quote">): WatchGroup {
  if (metals.has(base)) return "metals";
  if (!majors.has(base) || !majors.has(quote)) return "exotics";
  return base === "USD" || quote === "USD" ? "majors" : "crosses";
}

export class Instruments {
  readonly listed: Signal<readonly Instrument[]> = signal([]);
  readonly bySymbol = computed(() => new Map(this.listed.value.map((one) => [one.symbol, one])));

  get(symbol: string): Instrument | undefined {
    return this.bySymbol.peek().get(symbol);
  }

  /** Decimals of the symbol's pip; 4 while the listing has not come. */
  pipDecimals(symbol: string): number {
    const pip = this.get(symbol)?.pip;
    return pip === undefined ? 4 : decimalsOf(pip);
  }
}
