/** The data folder of an installation: what survives between two runs besides the store itself. */

/** Creates the folder if need be. @throws Error naming the folder when it cannot be used. */
export async function openDataFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(`Cannot use the data folder ${folder}`, { cause: error });
  }
}

/** The text of a private file; made once, readable by its owner alone. */
export async function keptSecret(path: string, make: () => string): Promise<string> {
  try {
    return (await Deno.readTextFile(path)).trim();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const secret = make();
  await writePrivate(path, secret);
  return secret;
}

/** Writes beside and renames, so that a crash leaves the old file or the new one. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  await Deno.writeTextFile(beside, `${text}\n`, { mode: 0o600 });
  await Deno.rename(beside, path);
}

export const randomSecret = (): string => crypto.getRandomValues(new Uint8Array(32)).toHex();
