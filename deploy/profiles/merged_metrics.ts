/** One `/metrics` page for many parts in one process, each with a registry of its own. */

import type { Metrics } from "../../shared/runtime/metrics.ts";

/** The first registry, answering with the text of all. */
export const mergedMetrics = (first: Metrics, others: readonly Metrics[]): Metrics => ({
  ...first,
  text: async () => mergeTexts(await Promise.all([first, ...others].map((one) => one.text()))),
});

/** The format wants all samples of a name in one group, under one HELP and one TYPE. */
export function mergeTexts(texts: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const block of texts.flatMap((text) => text.split(/\n(?=# HELP )/))) {
    const name = /^# HELP (\S+)/.exec(block)?.[1];
    if (name === undefined) continue;
    const lines = block.split("\n").filter((line) => line !== "");
    const held = groups.get(name);
    if (held === undefined) groups.set(name, lines);
    else held.push(...lines.filter((line) => !line.startsWith("# ")));
  }
  return `${[...groups.values()].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
