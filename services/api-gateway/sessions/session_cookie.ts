/**
 * The cookie of a browser session. It is never read by a page (HttpOnly), never sent along by another
 * site (SameSite=Strict), and sent to the sign-in routes alone (Path): the API takes no cookies, so
 * no page can make a browser trade.
 */

import { sessionPath } from "./session_view.ts";

const name = "spotwire_session";
const valuePattern = new RegExp(`(?:^|;\\s*)${name}=([\\w.-]{1,4096})(?:;|$)`);

export function readSessionCookie(headers: Headers): string | null {
  return valuePattern.exec(headers.get("cookie") ?? "")?.[1] ?? null;
}

/** `Set-Cookie` that keeps a session for so long; an empty value takes it away. */
export function sessionCookie(
  value: string,
  { secure, seconds }: { secure: boolean; seconds: number },
): string {
  const parts = [`${name}=${value}`, `Path=${sessionPath}`, `Max-Age=${seconds}`];
  return [...parts, "HttpOnly", "SameSite=Strict", ...(secure ? ["Secure"] : [])].join("; ");
}
