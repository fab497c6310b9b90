/** The difference of two journals, line by line. Pure. */

import type { JournalLine } from "./journal_lines.ts";

/**
 * Lines that only the recording has, after `- `, and lines that only the replay has, after `+ `; what
 * answers to each other stands together. Empty where the two are the same, in the same order.
 */
export function differenceOf(
  recorded: readonly JournalLine[],
  replayed: readonly JournalLine[],
): string[] {
  const ahead = { recorded: keysOf(recorded), replayed: keysOf(replayed) };
  const found: string[] = [];
  const leave = (one: JournalLine) => {
    ahead.recorded.delete(one.key);
    found.push(`- ${one.text}`);
  };
  const add = (one: JournalLine) => {
    ahead.replayed.delete(one.key);
    found.push(`+ ${one.text}`);
  };
  let [at, to] = [0, 0];
  while (at < recorded.length && to < replayed.length) {
    const [was, is] = [recorded[at]!, replayed[to]!];
    if (was.key === is.key && was.text === is.text) {
      ahead.recorded.delete(was.key);
      ahead.replayed.delete(is.key);
      at++;
      to++;
    } else if (was.key === is.key) {
      leave(recorded[at++]!);
      add(replayed[to++]!);
    } else if (ahead.recorded.has(is.key) && !ahead.replayed.has(was.key)) leave(recorded[at++]!);
    else if (!ahead.recorded.has(is.key)) add(replayed[to++]!);
    // Both stand elsewhere on the other side: the order of things is what differs.
    else leave(recorded[at++]!);
  }
  for (const one of recorded.slice(at)) leave(one);
  for (const one of replayed.slice(to)) add(one);
  return found;
}

const keysOf = (lines: readonly JournalLine[]): Set<string> => new Set(lines.map(({ key }) => key));
