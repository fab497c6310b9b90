/** What the first rows of a text show to be wrong with all of it, said once instead of for each row. */

/** Rows that must stand in falling order before a file counts as written newest first. */
const fallingRowsMin = 10;

const hints = [
  [
    /^\d\d([./-])\d\d\1\d{4}(\D|$)/,
    "begin with the day or the month: say which as time format, " +
    "dmy or mdy",
  ],
  [/^\d{9,10}(\.\d+)?$/, "are seconds since 1970: say so as time format, epoch-s"],
  [/^\d{15,16}$/, "are microseconds since 1970: say so as time format, epoch-us"],
  [/^\d{18,19}$/, "are nanoseconds since 1970: say so as time format, epoch-ns"],
] as const;

/** Of a time that cannot be read as it stands; `null` where nothing is known to be better. */
export function timeFormatFault(text: string): string | null {
  const hint = hints.find(([pattern]) => pattern.test(text))?.[1];
  return hint === undefined ? null : `its times, such as "${text}", ${hint}`;
}

/** Of rows that are read from the first to the last, as time goes. */
export function orderFault(times: readonly number[]): string | null {
  if (times.length < fallingRowsMin) return null;
  const isFalling = times.every((time, at) => at === 0 || time < times[at - 1]!);
  return isFalling ? "its rows stand newest first: sort them by time" : null;
}
