/** Decimal text as whole counts of its last decimal, exactly. */

/** `"-1.5"` at 3 decimals is -1500. The text has no more decimals than that. */
export function countOf(text: string, decimals: number): bigint {
  const [whole = "", rest = ""] = text.split(".");
  return BigInt(whole + rest.padEnd(decimals, "0"));
}

/** The opposite of {@link countOf}: always that many decimals. */
export function textOf(count: bigint, decimals: number): string {
  const sign = count < 0n ? "-" : "";
  const digits = String(count < 0n ? -count : count).padStart(decimals + 1, "0");
  const at = digits.length - decimals;
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, at)}.${digits.slice(at)}`;
}

export const decimalsOf = (text: string): number =>
  text.includes(".") ? text.length - text.indexOf(".") - 1 : 0;
