/**
 * What the console and its sign-in say to each other. These routes are the console's own, not part of
 * the public API: a cookie buys tokens here and means nothing anywhere else.
 */

export const sessionPath = "/console/session";
export const sessionTokenPath = "/console/session/token";

/** Of `POST /console/session`: exactly one of the two. */
export type SignIn = { readonly key: string } | { readonly demo: true };

/** Answers a sign-in, and each `POST /console/session/token`. */
export interface SessionToken {
  /** For `Authorization: Bearer` and the feed; kept in memory only. */
  readonly token: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  /** Whom it stands for: `key:<keyId>`. */
  readonly subject: string;
  readonly permissions: readonly string[];
  readonly accounts: readonly string[] | "all";
  /** Whether it came by the demo account's button. */
  readonly demo: boolean;
}
