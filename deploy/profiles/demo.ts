/** The demo account and a key for it, made on the first run and left alone afterwards. */

import { createKey } from "../../services/api-gateway/keys/create_key.ts";
import { permissions } from "../../shared/contracts/http/routes.ts";
import type { AccountId } from "../../shared/domain/ids.ts";
import { micros } from "../../shared/domain/money.ts";
import { writePrivate } from "./data_folder.ts";
import type { Platform } from "./platform.ts";

export const demoAccount = "demo" as AccountId;
/** 100 000 dollars. */
const demoDeposit = micros(100_000_000_000n);

/** Returns the file the key is in. */
export async function ensureDemo(platform: Platform, folder: string): Promise<string> {
  const { gateway, trading } = platform;
  await trading.desk.submit({
    kind: "open_account",
    accountId: demoAccount,
    currency: "USD",
    deposit: demoDeposit,
  });
  const keyFile = `${folder}/demo.key`;
  if (await knownKey(platform, keyFile)) return keyFile;
  const { key } = await createKey(gateway, {
    name: "demo",
    permissions: [...permissions],
    accounts: "all",
  });
  await writePrivate(keyFile, key);
  gateway.registry.replace(await gateway.keys.list());
  return keyFile;
}

/** Whether the file holds a key that still opens the door. */
async function knownKey({ gateway }: Platform, keyFile: string): Promise<boolean> {
  try {
    const value = (await Deno.readTextFile(keyFile)).trim();
    return await gateway.authenticate({ kind: "api_key", value }) !== null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
