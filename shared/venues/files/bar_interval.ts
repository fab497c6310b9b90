/** How long a file's bars are, from its name or the steps of its first rows. */

const minuteMs = 60_000;

/** Lengths that vendors give. */
const intervalsMs = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 3, 5, 10, 15, 30, 60, 120, 240, 360, 480, 720, 1_440, 10_080].map((minutes) =>
    minutes * minuteMs
  ),
];

const unitsMs = {
  S: 1_000,
  M: minuteMs,
  H: 60 * minuteMs,
  D: 1_440 * minuteMs,
  W: 10_080 * minuteMs,
};

/** `_M1`, `-h4`, or the minutes behind the symbol as MetaTrader names its files: `EURUSD60.csv`. */
export function intervalInName(path: string): number | null {
  const name = path.slice(path.lastIndexOf("/") + 1).toUpperCase();
  const [, unit, count] = /[_-]([SMHDW])(\d{1,2})(?=[_.-]|\d{4}|$)/.exec(name) ?? [];
  if (unit !== undefined) return known(Number(count) * unitsMs[unit as keyof typeof unitsMs]);
  if (/[_-]DAILY[_.-]/.test(name)) return unitsMs.D;
  const minutes = /^[A-Z]{6}(\d{1,5})\.CSV(?:\.GZ)?$/.exec(name)?.[1];
  return minutes === undefined ? null : known(Number(minutes) * minuteMs);
}

/** The smallest step between times that follow one another, where it is a length vendors give. */
export function intervalOfTimes(times: readonly number[]): number | null {
  let smallest = Infinity;
  for (let at = 1; at < times.length; at++) {
    const step = times[at]! - times[at - 1]!;
    if (step > 0 && step < smallest) smallest = step;
  }
  return known(smallest);
}

const known = (ms: number): number | null => intervalsMs.includes(ms) ? ms : null;
