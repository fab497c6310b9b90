/** What one position is charged for one end of an FX day. Pure: the same live and in a backtest. */

import type { TradingCalendar } from "../../../shared/domain/fx_week.ts";
import type { Instrument } from "../../../shared/domain/instrument.ts";
import { instrumentOf } from "../../../shared/domain/instruments.ts";
import { quoteRates } from "../../../shared/domain/rates.ts";
import {
  type FinancingFault,
  financingOf,
  financingPriceOf,
  type FinancingTerms,
} from "../../../shared/domain/settlement/financing.ts";
import type { Roll, ValueDates } from "../../../shared/domain/settlement/value_date.ts";
import type { ChargeFinancing } from "../desk/money_commands.ts";
import type { EndedDay, HeldPosition } from "./roll_store.ts";

export interface ChargeTerms {
  readonly terms: FinancingTerms;
  readonly values: ValueDates;
  readonly calendar: TradingCalendar;
}

/** The command that charges a position; `null` when the roll does not touch it, or what is missing. */
export function chargeOf(
  held: HeldPosition,
  ended: EndedDay,
  by: ChargeTerms,
): ChargeFinancing | FinancingFault | null {
  const { terms } = by;
  const { day, quotes } = ended;
  if (terms.swapFree.includes(held.accountId)) return null;
  const instrument = instrumentOf(held.symbol);
  const roll = rollOf(instrument, day, by);
  if (roll === null) return "holidays_unknown";
  if (roll.days === 0) return null;
  const quote = quotes.get(held.symbol);
  if (quote === undefined) return "quote_missing";
  const financing = financingPriceOf(terms, instrument, { long: held.units > 0, day });
  if (financing === "financing_rate_missing") return financing;
  const price = held.units > 0 ? quote.bid : quote.ask;
  return {
    kind: "charge_financing",
    accountId: held.accountId,
    rates: quoteRates(quotes),
    decidedOn: quotes.mark(ended.endedAt),
    charge: {
      time: ended.endedAt,
      symbol: held.symbol,
      ...(held.leg === "net" ? {} : { leg: held.leg }),
      day,
      valueDate: roll.valueDate.toString(),
      nextValueDate: roll.nextValueDate.toString(),
      days: roll.days,
      units: held.units,
      price,
      financing,
      financed: financingOf({ units: held.units, price }, {
        instrument,
        financing,
        days: roll.days,
      }),
      financedCurrency: instrument.quote,
    },
  };
}

function rollOf(instrument: Instrument, day: string, by: ChargeTerms): Roll | null {
  try {
    return by.values.roll(instrument, Temporal.PlainDate.from(day), by.calendar);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
