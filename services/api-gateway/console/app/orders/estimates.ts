/** What an order would take and cost, by the platform's own rules, at the prices on the screen. */

import { marginFor, type MarginTiers } from "../../../../../shared/domain/margin_rates.ts";
import { parseScaled } from "../../../../../shared/domain/decimal.ts";
import {
  type Instrument as Listed,
  notional,
  price,
  units,
} from "../../../../../shared/domain/instrument.ts";
import { findInstrument } from "../../../../../shared/domain/instruments.ts";
import { convert, type Micros } from "../../../../../shared/domain/money.ts";
import { twiceMid } from "../../../../../shared/domain/quote.ts";
import type { Account, Instrument } from "../../../../../shared/sdk/mod.ts";
import type { QuoteStore } from "../market/quote_store.ts";

/** A broker's tiers are not listed: the rate that every size begins with is taken. */
const noTiers: MarginTiers = new Map();

/** In the account's currency. */
export interface Estimate {
  readonly margin: Micros;
  readonly notional: Micros;
  /** Of one pip, for all units. */
  readonly pipValue: Micros;
  /** From the ask to the bid: what it costs to be in and out at once. */
  readonly spreadCost: Micros;
}

/** The platform's instrument at the margin rate that the listing names. */
function listedOf(view: Instrument): Listed | null {
  const known = findInstrument(view.symbol);
  const marginRatePpm = parseScaled(view.marginRate, 6);
  return known === undefined || typeof marginRatePpm === "string"
    ? null
    : { ...known, marginRatePpm };
}

/** `null` while a price or a rate is missing, or for a size that is no whole number. */
export function estimate(
  view: Instrument,
  size: string,
  { book, rates, currency }: Pick<QuoteStore, "book" | "rates"> & {
    readonly currency: Account["currency"];
  },
): Estimate | null {
  const instrument = listedOf(view);
  const quote = book.get(view.symbol);
  const count = /^\d{1,12}$/.test(size) ? Number(size) : null;
  if (instrument === null || quote === undefined || count === null) return null;
  const toAccount = rates.rate(instrument.quote, currency);
  if (toAccount === null) return null;
  const held = units(count);
  const worth = (points: number) => convert(notional(price(points), held, instrument), toAccount);
  return {
    margin: marginFor(held, twiceMid(quote), { instrument, toAccount, tiers: noTiers }),
    notional: worth(Math.round(twiceMid(quote) / 2)),
    pipValue: worth(instrument.pipPoints),
    spreadCost: worth(quote.ask - quote.bid),
  };
}
