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

export function checkImports(source: Source): string[] {
  if (isTest(source.path)) return [];
  const found: string[] = [];
  for (const match of source.text.matchAll(importPattern)) {
    const specifier = match[1] ?? match[2] ?? "";
    const at = `${source.path}:${lineAt(source.text, match.index + 1)}`;
    if (/^(npm|jsr|https?|file):/.test(specifier)) {
      found.push(`${at}: imports ${specifier}; name it in import_map.json`);
    }
    if (!specifier.startsWith(".")) continue;
    const target = new URL(specifier, `file:///${source.path}`).pathname.slice(1);
    const wrong = wrongWay(source.path, target);
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
