/**
 * Puts files where a running platform may read them: below its import folder, under their whole path,
 * so that a file keeps its name from one load to the next. Links where the disk allows it.
 */

/** The path as the platform names it, below `folder`. @throws Deno.errors.NotFound */
export async function stage(path: string, folder: string): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const root = await Deno.realPath(folder);
  const real = await Deno.realPath(path);
  if (real === root) return ".";
  if (real.startsWith(`${root}/`)) return real.slice(root.length + 1);
  const name = real.replace(/^\/+/, "");
  await copy(real, `${root}/${name}`);
  return name;
}

async function copy(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) {
    await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
    return await copyFile(from, to);
  }
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (entry.name.startsWith(".") || entry.isSymlink) continue;
    await copy(`${from}/${entry.name}`, `${to}/${entry.name}`);
  }
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
