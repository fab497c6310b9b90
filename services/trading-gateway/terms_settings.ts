/** The broker's terms as settings: amounts are decimal text, lists stand in the settings file. */

import * as v from "valibot";
import { instrumentGroups } from "../../shared/domain/commission.ts";
import { accountCurrencies } from "../../shared/domain/currency.ts";
import { type AccountId, accountIdPattern } from "../../shared/domain/ids.ts";
import { type Micros, parseMicros } from "../../shared/domain/money.ts";
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

export const termsSettings = v.optional(
  v.strictObject({
    commissions: v.optional(v.pipe(v.array(commissionRule), v.maxLength(rulesMax)), []),
  }),
  {},
);

export const readTerms = (settings: v.InferOutput<typeof termsSettings>): TradingTerms => settings;
