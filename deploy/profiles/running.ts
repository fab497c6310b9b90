/** Where a platform answers, whether it does, and the key to ask it with. */

export const defaultUrl = "http://localhost:8000";
const urlFile = (folder: string): string => `${folder}/url`;

/** Leaves word in the data folder of where its platform answers; the end takes it away. */
export async function leaveUrl(folder: string, url: string): Promise<() => Promise<void>> {
  await Deno.writeTextFile(urlFile(folder), `${url}\n`);
  return () => Deno.remove(urlFile(folder)).catch(() => {});
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
