/**
 * Puts files where a running platform may read them: below its import folder, under their whole path,
 * so that a file keeps its name from one load to the next. Links where the disk allows it. What a
 * folder no longer holds goes from there too, of what was put there and nothing else.
 */

/** Names put into a folder, a line each; a hidden file, which no import reads. */
const listName = ".staged";

export interface Staged {
  /** The path as the platform names it, below its import folder. */
  readonly path: string;
  /** Links that were passed over: where they lead is not to be guessed. */
  readonly links: readonly string[];
}

/** @throws Deno.errors.NotFound */
export async function stage(path: string, folder: string): Promise<Staged> {
  await Deno.mkdir(folder, { recursive: true });
  const root = await Deno.realPath(folder);
  const real = await Deno.realPath(path);
  if (real === root) return { path: ".", links: [] };
  if (real.startsWith(`${root}/`)) return { path: real.slice(root.length + 1), links: [] };
  const name = real.replace(/^\/+/, "");
  const links: string[] = [];
  if ((await Deno.stat(real)).isFile) {
    const below = `${root}/${parentOf(name)}`;
    await Deno.mkdir(below, { recursive: true });
    await list(below, new Set([...await listed(below), nameOf(name)]));
    await copyFile(real, `${root}/${name}`);
  } else await copyFolder(real, `${root}/${name}`, links);
  return { path: name, links };
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

async function copyFolder(from: string, to: string, links: string[]): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  const names = new Set<string>();
  for await (const { name, isSymlink, isDirectory, isFile } of Deno.readDir(from)) {
    if (name.startsWith(".")) continue;
    if (isSymlink) links.push(`${from}/${name}`);
    if (!isDirectory && !isFile) continue;
    names.add(name);
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`, links);
    else await copyFile(`${from}/${name}`, `${to}/${name}`);
  }
  for (const name of await listed(to)) if (!names.has(name)) await remove(`${to}/${name}`);
  await list(to, names);
}

/** Removes what was put there; a folder with anything else in it stays. */
async function remove(path: string): Promise<void> {
  try {
    if ((await Deno.lstat(path)).isDirectory) {
      for (const name of await listed(path)) await remove(`${path}/${name}`);
      await Deno.remove(`${path}/${listName}`);
    }
    await Deno.remove(path);
  } catch (error) {
    const isLeft = error instanceof Deno.errors.NotFound ||
      (error instanceof Error && "code" in error && error.code === "ENOTEMPTY");
    if (!isLeft) throw error;
  }
}

async function listed(folder: string): Promise<string[]> {
  try {
    const names = (await Deno.readTextFile(`${folder}/${listName}`)).split("\n");
    return names.filter((name) => name !== "" && name !== ".." && !name.includes("/"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** A name with a line break in it is not listed, and so never removed. */
async function list(folder: string, names: ReadonlySet<string>): Promise<void> {
  const lines = [...names].filter((name) => !name.includes("\n"));
  await Deno.writeTextFile(`${folder}/${listName}`, lines.join("\n"));
}

async function copyFile(from: string, to: string): Promise<void> {
  await Deno.remove(to).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  try {
    await Deno.link(from, to);
  } catch {
    // Another disk, or one that knows no links.
    await Deno.copyFile(from, to);
  }
}
