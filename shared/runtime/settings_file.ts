/** The settings file: JSON, sections with their keys. */

import { SettingsError } from "./settings.ts";

/**
 * The parsed file; `undefined` when there is none at a path that need not have one.
 * @throws SettingsError naming the file when it is missing or not JSON.
 */
export async function readSettingsFile(path: string, required: boolean): Promise<unknown> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !required) return undefined;
    const message = error instanceof Error ? error.message : String(error);
    throw new SettingsError([{ name: path, message: `cannot be read; ${message}` }]);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SettingsError([{ name: path, message: `is not JSON; ${(error as Error).message}` }]);
  }
}
