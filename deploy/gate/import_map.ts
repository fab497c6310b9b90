/** The import map holds what is imported and nothing else; an `imports` key in deno.json would silence it. */

import type { Source } from "./sources.ts";

export function checkImportMap(sources: readonly Source[], importMap: string): string[] {
  const { imports } = JSON.parse(importMap) as { imports: Record<string, string> };
  const text = sources.map((source) => source.text).join("\n");
  return Object.keys(imports)
    .filter((name) =>
      !text.includes(`"${name}"`) && !(name.endsWith("/") && text.includes(`"${name}`))
    )
    .filter((name) => !text.includes(`${name}/`))
    .map((name) => `import_map.json:1: ${name} is not imported`);
}
