/** Where a platform answers, whether it does, and the key to ask it with. */

export const defaultUrl = "http://localhost:8000";
const urlFile = (folder: string): string => `${folder}/url`;
const importsFile = (folder: string): string => `${folder}/imports`;

/** Leaves word in the data folder of where its platform answers and imports from; the end takes it away. */
export async function leaveWord(
  folder: string,
  { url, imports }: { readonly url: string; readonly imports: string },
): Promise<() => Promise<void>> {
  await Deno.writeTextFile(urlFile(folder), `${url}\n`);
  await Deno.writeTextFile(importsFile(folder), `${imports}\n`);
  return async () => {
    for (const file of [urlFile(folder), importsFile(folder)]) {
      await Deno.remove(file).catch(() => {});
    }
  };
}

/** The folder that the platform of a data folder imports from. */
export async function importsOf(folder: string): Promise<string> {
  const told = await Deno.readTextFile(importsFile(folder)).catch(() => `${folder}/import`);
  return told.trimEnd();
}

/** The URL given, that of the platform that runs on the data folder, or the usual one. */
export async function urlFor(of: { url: string | undefined; folder: string }): Promise<string> {
  const url = of.url ?? await Deno.readTextFile(urlFile(of.folder)).catch(() => defaultUrl);
  return url.trim().replace(/\/+$/, "");
}

export async function isRunning(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

/** The key given, SPOTWIRE_KEY, or the demo account's. @throws Error where there is none */
export async function keyFor(of: { key: string | undefined; folder: string }): Promise<string> {
  const file = `${of.folder}/demo.key`;
  const key = of.key ?? Deno.env.get("SPOTWIRE_KEY") ??
    await Deno.readTextFile(file).catch((cause) => {
      const how = `give --key, set SPOTWIRE_KEY, or name the platform's folder with --data`;
      throw new Error(`There is no key to ask the platform with: ${how} (${file} is not there)`, {
        cause,
      });
    });
  return key.trim();
}
