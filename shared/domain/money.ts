/** Money: an exact count of micros (10^-6) of one currency. */

import type { Brand } from "./brand.ts";
import { type DecimalFault, divideHalfEven, formatScaledBig, parseScaledBig } from "./decimal.ts";

/** Millionths of a currency unit; the currency stands beside it in every record. */
export type Micros = Brand<bigint, "Micros">;
/** Units of the wanted currency for one unit of the given one, times 10^12. */
export type Rate = Brand<bigint, "Rate">;

export const moneyPrecision = 6;
export const ratePrecision = 12;
const rateScale = 10n ** BigInt(ratePrecision);

export const micros = (value: bigint): Micros => value as Micros;
export const rate = (value: bigint): Rate => value as Rate;
export const zeroMicros = micros(0n);
/** The rate of a currency to itself. */
export const unitRate = rate(rateScale);

/** `"12.500000"`. */
export const formatMicros = (value: Micros): string => formatScaledBig(value, moneyPrecision);
export const parseMicros = (text: string): Micros | DecimalFault =>
  parseScaledBig(text, moneyPrecision) as Micros | DecimalFault;
export const formatRate = (value: Rate): string => formatScaledBig(value, ratePrecision);
export const parseRate = (text: string): Rate | DecimalFault =>
  parseScaledBig(text, ratePrecision) as Rate | DecimalFault;

/** `amount` at `by`, rounded half to even to the micro. */
export const convert = (amount: Micros, by: Rate): Micros =>
  by === unitRate ? amount : micros(divideHalfEven(amount * by, rateScale));

/** The rate `numerator / denominator`, rounded half to even. */
export const rateOf = (numerator: bigint, denominator: bigint): Rate =>
  rate(divideHalfEven(numerator * rateScale, denominator));
