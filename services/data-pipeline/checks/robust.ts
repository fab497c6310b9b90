/** Robust statistics of small windows: medians by selection, without sorting. */

/** Rows of a window: what the spike gate compares with on either side. */
export const windowRows = 64;

/** Median (the upper one of an even count) and median absolute deviation. */
export interface Level {
  readonly median: number;
  readonly deviation: number;
}

const scratch = new Int32Array(4_096);

/** The value at `rank` of the first `length` values were they sorted; reorders them (Hoare, 1961). */
export function select(values: Int32Array, length: number, rank: number): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const held = values[i]!;
        values[i++] = values[j]!;
        values[j--] = held;
      }
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank]!;
}

/** Of `values[from, to)`; at most 4 096 of them, at least one. */
export function levelOf(values: Int32Array, from: number, to: number): Level {
  const length = to - from;
  for (let i = 0; i < length; i++) scratch[i] = values[from + i]!;
  const median = select(scratch, length, length >> 1);
  for (let i = 0; i < length; i++) scratch[i] = Math.abs(values[from + i]! - median);
  return { median, deviation: select(scratch, length, length >> 1) };
}

/** The median of at most 4 096 values taken at even distances; 0 of none. */
export function sampledMedian(length: number, at: (index: number) => number): number {
  if (length === 0) return 0;
  const step = Math.ceil(length / scratch.length);
  let count = 0;
  for (let i = 0; i < length; i += step) scratch[count++] = at(i);
  return select(scratch, count, count >> 1);
}
