/** Numbers as people read them. Text in, text out: no amount is ever reckoned with a float here. */

/** U+2212: as wide as a digit and a plus. */
export const minus = "−";

/** `1234567` is `1 234 567`, with thin spaces that do not break. */
export function groupDigits(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** Units, signed or not: `-10000` is `−10 000`. */
export const unitsText = (units: string): string =>
  units.startsWith("-") ? minus + groupDigits(units.slice(1)) : groupDigits(units);

/** An amount at two decimals, cut and not rounded up: `-12.345678` is `−12.34`. */
export function moneyText(amount: string, { decimals = 2, plus = false } = {}): string {
  const negative = amount.startsWith("-");
  const [whole = "0", fraction = ""] = (negative ? amount.slice(1) : amount).split(".");
  const shown = decimals === 0 ? "" : `.${fraction.slice(0, decimals).padEnd(decimals, "0")}`;
  const text = groupDigits(whole) + shown;
  const isZero = /^[0\u202f.]*$/.test(text);
  const sign = isZero ? "" : negative ? minus : plus ? "+" : "";
  return sign + text;
}

export type Tone = "gain" | "loss" | "flat";

/** For the colour beside the sign. */
export const toneOf = (amount: string): Tone =>
  /^-?[0.]*$/.test(amount) ? "flat" : amount.startsWith("-") ? "loss" : "gain";

/** `12s`, `4m`, `2h`, `3d`. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
