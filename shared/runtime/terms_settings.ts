/** The broker's terms as settings: amounts are decimal text, lists stand in the settings file. */

import * as v from "valibot";
import { instrumentGroups } from "../domain/commission.ts";
import { accountCurrencies, currencies } from "../domain/currency.ts";
import { parseScaled } from "../domain/decimal.ts";
import type { Symbol } from "../domain/instrument.ts";
import { findInstrument } from "../domain/instruments.ts";
import { type AccountId, accountIdPattern } from "../domain/ids.ts";
import { closeFirstNames, defaultMargin, type MarginTerms } from "../domain/margin.ts";
import { hedgedMargins } from "../domain/margin_rates.ts";
import { type Micros, parseMicros } from "../domain/money.ts";
import {
  defaultGuarantees,
  guaranteeModes,
  type GuaranteeRule,
} from "../domain/orders/guarantee.ts";
import type { FinancingPrice } from "../domain/settlement/financing.ts";
import { policyRates } from "../domain/settlement/financing_defaults.ts";
import type { TradingTerms } from "../domain/terms.ts";

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

/** A margin rate: per cent with up to four decimals, as millionths. */
const marginRate = v.pipe(
  perCent,
  v.minValue(1, "use more than 0"),
  v.maxValue(1_000_000, "use at most 100"),
);

/** Tiers of one instrument at most. */
const tiersMax = 20;

const marginTiers = v.pipe(
  v.array(
    v.strictObject({
      aboveUnits: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      percent: marginRate,
    }),
  ),
  v.minLength(1),
  v.maxLength(tiersMax),
  v.check(
    (tiers) =>
      tiers.every(({ aboveUnits }, at) =>
        at === 0 ? aboveUnits === 0 : aboveUnits > tiers[at - 1]!.aboveUnits
      ),
    "let the first tier begin above 0 units and each one higher than the one before",
  ),
);

const margin = v.optional(
  v.strictObject({
    callPercent: v.optional(percent, defaultMargin.callPercent),
    stopOutPercent: v.optional(percent, defaultMargin.stopOutPercent),
    closeFirst: v.optional(v.picklist(closeFirstNames), defaultMargin.closeFirst),
    hedged: v.optional(v.picklist(hedgedMargins), defaultMargin.hedged),
    /** Rates that rise with what is held; an instrument without has its own rate throughout. */
    instruments: v.optional(
      v.pipe(v.array(v.strictObject({ symbol, tiers: marginTiers })), v.maxLength(rulesMax)),
      [],
    ),
    accounts: v.optional(
      v.pipe(
        v.array(v.strictObject({
          accountId,
          hedged: v.exactOptional(v.picklist(hedgedMargins)),
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

/** Tenths of a pip, as pips with up to one decimal. */
const pips = v.pipe(
  decimalNumber(1, 'use pips as decimal text such as "1.5"'),
  v.minValue(0, "use no less than 0"),
  v.maxValue(100_000, "use at most 10000 pips"),
);

const guaranteeRule = v.pipe(
  v.strictObject({
    symbols: v.optional(v.array(symbol)),
    groups: v.optional(v.array(v.picklist(instrumentGroups))),
    mode: v.optional(v.picklist(guaranteeModes), "allowed"),
    premiumPips: v.optional(pips, "1"),
    distancePipsMin: v.optional(pips, "10"),
  }),
  v.transform(({ premiumPips, distancePipsMin, ...rule }): GuaranteeRule => ({
    ...rule,
    premiumTenths: premiumPips,
    distanceTenthsMin: distancePipsMin,
  })),
);

export const termsSettings = v.optional(
  v.strictObject({
    commissions: v.optional(v.pipe(v.array(commissionRule), v.maxLength(rulesMax)), []),
    financing,
    margin,
    /** In place of the platform's own rules. */
    guarantees: v.optional(v.pipe(v.array(guaranteeRule), v.maxLength(rulesMax))),
  }),
  {},
);

export type TermsSettings = v.InferOutput<typeof termsSettings>;

export function readTerms(settings: TermsSettings): TradingTerms {
  const { commissions, financing, margin, guarantees = defaultGuarantees } = settings;
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
    margin: readMargin(margin),
    guarantees,
  };
}

function readMargin(settings: TermsSettings["margin"]): MarginTerms {
  const { instruments, ...levels } = settings;
  const tiers = new Map(
    instruments.map(({ symbol, tiers }) => [
      symbol,
      tiers.map(({ aboveUnits, percent }) => ({ aboveUnits, ratePpm: percent })),
    ]),
  );
  return { ...levels, tiers };
}
