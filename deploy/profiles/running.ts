/** Whether a platform answers at a URL, and the key to ask it with. */

export const defaultUrl = "http://localhost:8000";

export async function isRunning(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

/** The key given, SPOTWIRE_KEY, or the demo account's. @throws Deno.errors.NotFound where there is none */
export async function keyFor(of: { key: string | undefined; folder: string }): Promise<string> {
  const key = of.key ?? Deno.env.get("SPOTWIRE_KEY") ??
    await Deno.readTextFile(`${of.folder}/demo.key`);
  return key.trim();
}
