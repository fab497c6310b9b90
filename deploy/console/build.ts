/**
 * Builds the console: its TypeScript with `deno bundle`, its styles joined, into the folder that the
 * api-gateway serves. Does nothing when the sources are those of the last build.
 */

import { createHash } from "node:crypto";
import {
  consoleFolder,
  type ConsoleManifest,
  manifestName,
  readManifest,
} from "../../services/api-gateway/console/console_files.ts";

const root = new URL("../../", import.meta.url);
const appFolder = new URL("services/api-gateway/console/app/", root);
/** Whatever the bundle may be made of. */
const sourceFolders = [
  "services/api-gateway/console/app/",
  "services/api-gateway/sessions/",
  "shared/sdk/",
  "shared/domain/",
];
const sourceFiles = ["import_map.json", "deno.lock", "deno.json", "deploy/console/build.ts"];
/** In the order of the cascade. */
export const styleSheets = ["tokens", "frame", "tables", "trade", "views"];

/** Whether there was anything to build. @throws Error with the bundler's words. */
export async function buildConsole(folder: URL = consoleFolder): Promise<boolean> {
  const hash = await hashSources();
  if ((await readManifest(folder))?.hash === hash) return false;
  const scratch = new URL(`.building-${Deno.pid}/`, folder);
  await Deno.mkdir(scratch, { recursive: true });
  try {
    await bundle(new URL("app.js", scratch));
    await Deno.writeTextFile(new URL("app.css", scratch), await joinStyles());
    const names = {
      js: await settle(scratch, folder, "app.js"),
      css: await settle(scratch, folder, "app.css"),
    };
    const page = await Deno.readTextFile(new URL("index.html", appFolder));
    const pageName = "index.html";
    await writeWhole(
      new URL(pageName, folder),
      page.replace("{{js}}", `/console/${names.js}`).replace("{{css}}", `/console/${names.css}`),
    );
    const manifest: ConsoleManifest = {
      hash,
      page: pageName,
      assets: Object.fromEntries(Object.values(names).map((name) => [`/console/${name}`, name])),
    };
    await writeWhole(new URL(manifestName, folder), JSON.stringify(manifest));
    await removeOthers(folder, [pageName, manifestName, ...Object.values(names)]);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
  return true;
}

async function hashSources(): Promise<string> {
  const hash = createHash("sha256");
  const paths = [...sourceFiles];
  for (const folder of sourceFolders) await listFiles(folder, paths);
  for (const path of paths.sort()) {
    hash.update(`${path}\0`).update(await Deno.readFile(new URL(path, root)));
  }
  return hash.digest("hex");
}

async function listFiles(folder: string, into: string[]): Promise<void> {
  for await (const entry of Deno.readDir(new URL(folder, root))) {
    const path = folder + entry.name;
    if (entry.isDirectory) await listFiles(`${path}/`, into);
    else if (!/_test\.tsx?$|\.md$/.test(path)) into.push(path);
  }
}

async function bundle(to: URL): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--platform", "browser", "--minify", "--output", to.pathname],
      new URL("main.tsx", appFolder).pathname,
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return;
  const words = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
  throw new Error(`Cannot build the console:\n${words}`);
}

async function joinStyles(): Promise<string> {
  const texts = await Promise.all(
    styleSheets.map((name) => Deno.readTextFile(new URL(`styles/${name}.css`, appFolder))),
  );
  return texts.join("\n").replace(/\/\*[\s\S]*?\*\//g, "").replace(/\s*\n\s*/g, "\n");
}

/** Moves a file to a name that its content decides; the name. */
async function settle(from: URL, folder: URL, name: string): Promise<string> {
  const source = new URL(name, from);
  const digest = createHash("sha256").update(await Deno.readFile(source)).digest("hex");
  const [stem, ending] = name.split(".");
  const named = `${stem}-${digest.slice(0, 12)}.${ending}`;
  await Deno.rename(source, new URL(named, folder));
  return named;
}

/** A reader sees the old text or the new one. */
async function writeWhole(to: URL, text: string): Promise<void> {
  const part = new URL(`${to.href}.${Deno.pid}`);
  await Deno.writeTextFile(part, text);
  await Deno.rename(part, to);
}

async function removeOthers(folder: URL, kept: readonly string[]): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    // Another build may be at work; its parts are its own to remove.
    if (isFile && !kept.includes(name) && /^app-\w+\.(js|css)$/.test(name)) {
      await Deno.remove(new URL(name, folder)).catch(() => {});
    }
  }
}
