/**
 * Exact decimal text ↔ scaled integers. The only place where digits become numbers: no float is
 * parsed, so `"1.1"` is eleven tenths and never 1.100000000000000089.
 */

/** Why a text is not the wanted number. */
export type DecimalFault = "malformed" | "too_precise" | "too_large";

const zero = 48;
const nine = 57;

/**
 * Reads plain decimal text (`-?\d+(\.\d+)?`, no exponent, no sign `+`, no blanks) as an integer
 * count of `10^-precision`. Zeros beyond the precision are allowed: `"1.100000"` is exact at 5.
 */
export function parseScaled(text: string, precision: number): number | DecimalFault {
  const length = text.length;
  let at = text.charCodeAt(0) === 45 ? 1 : 0;
  const firstDigit = at;
  let value = 0;
  for (; at < length; at++) {
    const digit = text.charCodeAt(at);
    if (digit < zero || digit > nine) break;
    value = value * 10 + (digit - zero);
  }
  if (at === firstDigit || at - firstDigit > 16) {
    return at === firstDigit ? "malformed" : "too_large";
  }
  let decimals = 0;
  let tooPrecise = false;
  if (at < length) {
    if (text.charCodeAt(at) !== 46 || at + 1 === length) return "malformed";
    for (at++; at < length; at++) {
      const digit = text.charCodeAt(at);
      if (digit < zero || digit > nine) return "malformed";
      if (decimals === precision) {
        tooPrecise ||= digit !== zero;
      } else {
        value = value * 10 + (digit - zero);
        decimals++;
      }
    }
  }
  if (tooPrecise) return "too_precise";
  for (; decimals < precision; decimals++) value *= 10;
  if (!Number.isSafeInteger(value)) return "too_large";
  return firstDigit === 1 && value !== 0 ? -value : value;
}

const powersOfTen = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/** `123456` at precision 5 is `"1.23456"`; always `precision` decimals. */
export function formatScaled(value: number, precision: number): string {
  if (precision === 0) return String(value);
  const scale = powersOfTen[precision]!;
  const magnitude = Math.abs(value);
  const whole = Math.trunc(magnitude / scale);
  const rest = String(magnitude - whole * scale).padStart(precision, "0");
  return `${value < 0 ? "-" : ""}${whole}.${rest}`;
}

const bigDecimalPattern = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?$/;

/** As {@link parseScaled}, for amounts beyond 2^53. */
export function parseScaledBig(text: string, precision: number): bigint | DecimalFault {
  const match = bigDecimalPattern.exec(text);
  if (match === null) return "malformed";
  const [, sign, whole = "", fraction = ""] = match;
  if (/[1-9]/.test(fraction.slice(precision))) return "too_precise";
  const digits = BigInt(whole + fraction.slice(0, precision).padEnd(precision, "0"));
  return sign === "-" ? -digits : digits;
}

/** As {@link formatScaled}, for amounts beyond 2^53. */
export function formatScaledBig(value: bigint, precision: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(precision + 1, "0");
  const cut = digits.length - precision;
  const sign = value < 0n ? "-" : "";
  return precision === 0 ? sign + digits : `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`;
}

/**
 * `numerator / denominator` rounded half to even (IEEE 754 roundTiesToEven, the banker's rule).
 * @throws RangeError when the denominator is zero.
 */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new RangeError("Cannot divide by zero");
  const negative = (numerator < 0n) !== (denominator < 0n);
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  let quotient = n / d;
  const twice = 2n * (n - quotient * d);
  if (twice > d || (twice === d && (quotient & 1n) === 1n)) quotient += 1n;
  return negative ? -quotient : quotient;
}
