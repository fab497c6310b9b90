/** No file imports itself by way of others, types included: it can be read from the ground up. */

import { importsOf } from "./imports.ts";
import { isTest, type Source } from "./sources.ts";

/** Each circle once, as the files that it goes through from its first by name. */
export function checkCircles(sources: readonly Source[]): string[] {
  const imported = new Map(
    sources.filter(({ path }) => !isTest(path)).map((one) => [one.path, importsOf(one)]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const from = trail.indexOf(path);
    if (from >= 0) {
      const circle = trail.slice(from);
      const first = circle.indexOf(circle.toSorted()[0]!);
      const [head, ...rest] = [...circle.slice(first), ...circle.slice(0, first)];
      found.push(`${head}:1: imports itself by way of ${rest.join(", ")}`);
      return;
    }
    if (done.has(path)) return;
    for (const next of imported.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of imported.keys()) visit(path, []);
  return [...new Set(found)];
}
