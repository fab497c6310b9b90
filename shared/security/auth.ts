/** Who is asking, and what they may do. */

import type { Permission } from "../contracts/http/routes.ts";

export interface AuthContext {
  /** The key's or token's owner, for logs and limits: `key:3f9c0a`, `service:api-gateway`. */
  readonly subject: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly accounts: ReadonlySet<string> | "all";
}

/** `admin` includes every other permission. */
export const allows = (auth: AuthContext, permission: Permission): boolean =>
  auth.permissions.has(permission) || auth.permissions.has("admin");

/** `admin` reaches every account. */
export const reaches = (auth: AuthContext, accountId: string): boolean =>
  auth.accounts === "all" || auth.accounts.has(accountId) || auth.permissions.has("admin");
