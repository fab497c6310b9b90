/** The broker's terms as settings: amounts are decimal text, lists stand in the settings file. */

import * as v from "valibot";
import { instrumentGroups } from "../../shared/domain/commission.ts";
import { accountCurrencies, currencies } from "../../shared/domain/currency.ts";
import { parseScaled } from "../../shared/domain/decimal.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { findInstrument } from "../../shared/domain/instruments.ts";
import { type AccountId, accountIdPattern } from "../../shared/domain/ids.ts";
import { closeFirstNames, defaultMargin } from "../../shared/domain/margin.ts";
import { type Micros, parseMicros } from "../../shared/domain/money.ts";
import type { FinancingPrice } from "../../shared/domain/settlement/financing.ts";
import { policyRates } from "../../shared/domain/settlement/financing_defaults.ts";
import type { TradingTerms } from "../../shared/domain/terms.ts";

/** Rules at most; each fill looks through them. */
const rulesMax = 1_000;

const accountId = v.pipe(
  v.string(),
  v.regex(accountIdPattern, "use an account id"),
  v.transform((text) => text as AccountId),
);

const cost = v.pipe(
  v.string(),
  v.check((text) => {
    const amount = parseMicros(text);
    return typeof amount === "bigint" && amount >= 0n;
  }, 'use decimal text such as "3.50", not negative'),
  v.transform((text) => parseMicros(text) as Micros),
);

const commissionRule = v.strictObject({
  accounts: v.optional(v.array(accountId)),
  groups: v.optional(v.array(v.picklist(instrumentGroups))),
  currency: v.picklist(accountCurrencies),
  perLot: v.optional(cost, "0"),
  perMillion: v.optional(cost, "0"),
  minimum: v.optional(cost, "0"),
});

/** Per cent with up to four decimals, as millionths. */
const perCent = decimalNumber(4, 'use per cent as decimal text such as "-3.625"');
/** Points with up to three decimals, as thousandths. */
const points = decimalNumber(3, 'use points as decimal text such as "-0.85"');

function decimalNumber(precision: number, advice: string) {
  return v.pipe(
    v.string(),
    v.check((text) => typeof parseScaled(text, precision) === "number", advice),
    v.transform((text) => parseScaled(text, precision) as number),
  );
}

const isoDate = v.pipe(v.string(), v.isoDate("use a date such as 2026-01-31"));

const financingPrice = v.union([
  v.pipe(
    v.strictObject({ annual: perCent }),
    v.transform(({ annual }): FinancingPrice => ({ kind: "annual", ppm: annual })),
  ),
  v.pipe(
    v.strictObject({ points }),
    v.transform((one): FinancingPrice => ({ kind: "points", thousandths: one.points })),
  ),
]);

const symbol = v.pipe(
  v.string(),
  v.check((text) => findInstrument(text) !== undefined, "use the symbol of an instrument"),
  v.transform((text) => text as Symbol),
);

const financing = v.optional(
  v.strictObject({
    /** Before these, the broker's own; see `domain/settlement/financing_defaults.ts` for the rest. */
    instruments: v.optional(
      v.pipe(
        v.array(v.strictObject({
          symbol,
          since: isoDate,
          long: financingPrice,
          short: financingPrice,
        })),
        v.maxLength(rulesMax),
      ),
      [],
    ),
    currencies: v.optional(
      v.pipe(
        v.array(v.strictObject({
          currency: v.picklist(currencies),
          since: isoDate,
          rate: perCent,
        })),
        v.maxLength(rulesMax),
      ),
      [],
    ),
    markup: v.optional(perCent, "1"),
    swapFree: v.optional(v.array(accountId), []),
  }),
  {},
);

const percent = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000));

const margin = v.optional(
  v.strictObject({
    callPercent: v.optional(percent, defaultMargin.callPercent),
    stopOutPercent: v.optional(percent, defaultMargin.stopOutPercent),
    closeFirst: v.optional(v.picklist(closeFirstNames), defaultMargin.closeFirst),
    accounts: v.optional(
      v.pipe(
        v.array(v.strictObject({
          accountId,
          callPercent: v.exactOptional(percent),
          stopOutPercent: v.exactOptional(percent),
          closeFirst: v.exactOptional(v.picklist(closeFirstNames)),
        })),
        v.maxLength(rulesMax),
      ),
      [],
    ),
  }),
  {},
);

export const termsSettings = v.optional(
  v.strictObject({
    commissions: v.optional(v.pipe(v.array(commissionRule), v.maxLength(rulesMax)), []),
    financing,
    margin,
  }),
  {},
);

export function readTerms(settings: v.InferOutput<typeof termsSettings>): TradingTerms {
  const { commissions, financing, margin } = settings;
  const set = financing.currencies.map(({ currency, since, rate }) => ({
    currency,
    since,
    ppm: rate,
  }));
  return {
    commissions,
    financing: {
      instruments: financing.instruments,
      currencies: [...set, ...policyRates],
      markupPpm: financing.markup,
      swapFree: financing.swapFree,
    },
    margin,
  };
}
