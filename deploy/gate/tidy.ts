/**
 * The house rules that a formatter and a linter do not know: imports one way, budgets of files and
 * functions, names that only composition roots may use, and an import map without dead entries.
 * Prints each breach as `file:line: rule` and exits 1 when there is one.
 */

import { checkCircles } from "./circles.ts";
import { checkImports } from "./imports.ts";
import { checkBudgets } from "./budgets.ts";
import { checkWords } from "./words.ts";
import { checkImportMap } from "./import_map.ts";
import { listSources, type Source } from "./sources.ts";

export function breaches(sources: readonly Source[], importMap: string): string[] {
  return [
    ...sources.flatMap(checkImports),
    ...checkCircles(sources),
    ...sources.flatMap(checkBudgets),
    ...sources.flatMap(checkWords),
    ...checkImportMap(sources, importMap),
  ];
}

if (import.meta.main) {
  const root = new URL("../../", import.meta.url);
  const importMap = await Deno.readTextFile(new URL("import_map.json", root));
  const found = breaches(await listSources(root), importMap);
  for (const line of found) console.error(line);
  console.error(found.length === 0 ? "tidy" : `${found.length} house rules broken`);
  Deno.exit(found.length === 0 ? 0 : 1);
}
