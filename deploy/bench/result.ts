/** What every bench ends with: one line of JSON. */

export interface BenchResult {
  readonly bench: string;
  /** Ours over the peer's, both measured in this run; 1 is as fast. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, number>>;
}

/** Rounded to three significant digits: more would be noise. */
export function formatResult(result: BenchResult): string {
  return JSON.stringify(
    result,
    (_, value) => typeof value === "number" ? Number(value.toPrecision(3)) : value,
  );
}
