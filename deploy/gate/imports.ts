/** Imports go one way: each layer may use itself and the layers before it, never a neighbour service. */

import { isTest, lineAt, type Source } from "./sources.ts";

const layers = [
  ["shared/domain"],
  ["shared/contracts"],
  [
    "shared/storage",
    "shared/timeseries",
    "shared/documents",
    "shared/kv",
    "shared/streams",
    "shared/venues",
    "shared/resilience",
    "shared/security",
    "shared/sdk",
  ],
  ["shared/runtime"],
  ["services", "workers"],
  ["deploy"],
] as const;

const layerOf = (path: string): number =>
  layers.findIndex((folders) => folders.some((folder) => path.startsWith(`${folder}/`)));

/** `services/trading-gateway` of a path below it; services and workers stand alone. */
const deployableOf = (path: string): string | null =>
  /^(?:services|workers)\/[^/]+/.exec(path)?.[0] ?? null;

const importPattern =
  /(?:^|\n)\s*(?:import|export)[^"';]*?from\s+"([^"]+)"|import\(\s*"([^"]+)"\s*\)/g;

interface Import {
  readonly specifier: string;
  readonly line: number;
}

const readImports = ({ text }: Source): Import[] =>
  [...text.matchAll(importPattern)].map((match) => ({
    specifier: match[1] ?? match[2] ?? "",
    line: lineAt(text, match.index + 1),
  }));

const targetOf = (path: string, specifier: string): string =>
  new URL(specifier, `file:///${path}`).pathname.slice(1);

/** Paths of the project's own files that a file imports. */
export const importsOf = (source: Source): string[] =>
  readImports(source).filter(({ specifier }) => specifier.startsWith("."))
    .map(({ specifier }) => targetOf(source.path, specifier));

export function checkImports(source: Source): string[] {
  if (isTest(source.path)) return [];
  const found: string[] = [];
  for (const { specifier, line } of readImports(source)) {
    const at = `${source.path}:${line}`;
    if (/^(npm|jsr|https?|file):/.test(specifier)) {
      found.push(`${at}: imports ${specifier}; name it in import_map.json`);
    }
    if (!specifier.startsWith(".")) continue;
    const wrong = wrongWay(source.path, targetOf(source.path, specifier));
    if (wrong !== null) found.push(`${at}: ${wrong}`);
  }
  return found;
}

function wrongWay(from: string, to: string): string | null {
  // Benches and the console's pictures start the same real servers as a test.
  const mayTest = /(^|\/)testing\/|^deploy\/(bench|console)\//;
  if (/(^|\/)testing\//.test(to) && !mayTest.test(from)) return "imports test code";
  const here = deployableOf(from);
  const there = deployableOf(to);
  if (here !== null && there !== null && here !== there) {
    return `${here} imports ${there}; share a contract instead`;
  }
  return layerOf(to) > layerOf(from) ? `imports ${to}, which lies above it` : null;
}
