/** Names that make a run irreproducible, allowed only where a process is put together. */

import { isTest, lineAt, type Source } from "./sources.ts";

const banned: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b/g, "take a Clock"],
  [/\bnew Date\(\s*\)/g, "take a Clock"],
  [/\bMath\.random\b/g, "take a Random"],
  [/\bcrypto\.randomUUID\b/g, "take an IdSource"],
  [/\bconsole\.\w+/g, "take a Logger"],
  [/\bDeno\.env\b/g, "read settings in main.ts"],
];

const marks: readonly (readonly [RegExp, string])[] = [
  [/\b(?:TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/g, "finish it or file an issue"],
  [/\.only\(/g, "run every test"],
  [/\bignore: tru[e]\b/g, "run every test"],
];

/** Where a process is put together: it alone meets the machine's clock, randomness and environment. */
const isRoot = (path: string): boolean =>
  path.startsWith("deploy/") || /\/(main|deps)\.tsx?$/.test(path) ||
  path.startsWith("shared/sdk/examples/") || path === "shared/runtime/time.ts";

export function checkWords(source: Source): string[] {
  const rules = isRoot(source.path) || isTest(source.path) ? marks : [...banned, ...marks];
  return rules.flatMap(([pattern, advice]) =>
    [...source.text.matchAll(pattern)]
      .filter((match) => !isComment(source.text, match.index))
      .map((match) =>
        `${source.path}:${lineAt(source.text, match.index)}: ${match[0]} is banned; ${advice}`
      )
  );
}

function isComment(text: string, offset: number): boolean {
  const line = text.slice(text.lastIndexOf("\n", offset) + 1, offset).trimStart();
  return line.startsWith("//") || line.startsWith("*") || line.startsWith("/*");
}
