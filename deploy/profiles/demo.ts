/** The demo account and a key for it, made on the first run and left alone afterwards. */

import { createKey } from "../../services/api-gateway/keys/create_key.ts";
import { permissions } from "../../shared/contracts/http/routes.ts";
import type { AccountId } from "../../shared/domain/ids.ts";
import { micros } from "../../shared/domain/money.ts";
import { writePrivate } from "./data_folder.ts";
import type { AuthContext } from "../../shared/security/auth.ts";
import type { Platform } from "./platform.ts";

export const demoAccount = "demo" as AccountId;
/** 100 000 dollars. */
const demoDeposit = micros(100_000_000_000n);

export interface Demo {
  readonly keyFile: string;
  /** Whom the key stands for. */
  readonly auth: AuthContext;
}

export async function ensureDemo(platform: Platform, folder: string): Promise<Demo> {
  const { gateway, trading } = platform;
  await trading.desk.submit({
    kind: "open_account",
    accountId: demoAccount,
    currency: "USD",
    deposit: demoDeposit,
  });
  const keyFile = `${folder}/demo.key`;
  const known = await knownKey(platform, keyFile);
  if (known !== null) return { keyFile, auth: known };
  const { key } = await createKey(gateway, {
    name: "demo",
    permissions: [...permissions],
    accounts: "all",
  });
  await writePrivate(keyFile, key);
  gateway.registry.replace(await gateway.keys.list());
  return { keyFile, auth: (await gateway.authenticate({ kind: "api_key", value: key }))! };
}

/** Whom the key in the file stands for; `null` when it opens no door. */
async function knownKey({ gateway }: Platform, keyFile: string): Promise<AuthContext | null> {
  try {
    const value = (await Deno.readTextFile(keyFile)).trim();
    return await gateway.authenticate({ kind: "api_key", value });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
