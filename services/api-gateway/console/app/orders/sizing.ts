/** From lots or a risk to units, exactly, and rounded down to the instrument's step. */

import { parseScaledBig } from "../../../../../shared/domain/decimal.ts";
import { convert, type Micros, micros, type Rate } from "../../../../../shared/domain/money.ts";

/** Units of the base in a standard lot. */
export function lotUnits(base: string): bigint {
  if (base === "XAU") return 100n;
  if (base === "XAG") return 5_000n;
  return 100_000n;
}

const decimals = 6;
const scale = 10n ** BigInt(decimals);

/** `null` for text that is no number of lots. */
export function unitsOfLots(lots: string, base: string, unitsStep: bigint): bigint | null {
  const count = parseScaledBig(lots, decimals);
  if (typeof count === "string" || count < 0n) return null;
  return down(count * lotUnits(base) / scale, unitsStep);
}

export interface RiskBasis {
  /** Of the account, in its currency. */
  readonly equity: Micros;
  /** How far the stop is from the entry, in micros of the quote currency for one unit. */
  readonly stopDistance: Micros;
  /** Quote currency to the account's. */
  readonly toAccount: Rate;
  readonly unitsStep: bigint;
}

/** Units that lose so many per cent of the equity at the stop; `null` for text that is no number. */
export function unitsOfRisk(percent: string, basis: RiskBasis): bigint | null {
  const share = parseScaledBig(percent, decimals);
  if (typeof share === "string" || share <= 0n || basis.stopDistance <= 0n) return null;
  const stake = basis.equity * share / (100n * scale);
  // A million units at once: one alone may lose less than a micro.
  const million = 1_000_000n;
  const loss = convert(micros(basis.stopDistance * million), basis.toAccount);
  return loss <= 0n || stake <= 0n ? null : down(stake * million / loss, basis.unitsStep);
}

const down = (units: bigint, step: bigint): bigint => units - units % step;
