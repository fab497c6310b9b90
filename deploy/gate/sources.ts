/** The project's own TypeScript, read once for every rule. */

export interface Source {
  /** From the root: `shared/domain/quote.ts`. */
  readonly path: string;
  readonly text: string;
}

const topFolders = ["services", "shared", "workers", "deploy"];
const generated = /(^|\/)(generated|node_modules|dist)\//;

export async function listSources(root: URL): Promise<Source[]> {
  const sources: Source[] = [];
  const visit = async (folder: string): Promise<void> => {
    for await (const entry of Deno.readDir(new URL(folder, root))) {
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory) await visit(`${path}/`);
      else if (/\.tsx?$/.test(path) && !generated.test(path)) {
        sources.push({ path, text: await Deno.readTextFile(new URL(path, root)) });
      }
    }
  };
  for (const folder of topFolders) await visit(`${folder}/`);
  return sources.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export const isTest = (path: string): boolean =>
  /_test\.tsx?$/.test(path) || path.startsWith("shared/testing/");

/** Line number of an offset, from 1. */
export const lineAt = (text: string, offset: number): number =>
  text.slice(0, offset).split("\n").length;
