/** Who may use the sign-in routes: only pages of this very origin. */

import { Problem } from "../../../shared/runtime/problem.ts";

/**
 * Refuses what another site's page sends. A browser names the origin of every POST and DELETE, so a
 * request that names none is no console's; `Sec-Fetch-Site` is there where the origin is trustworthy.
 * @throws Problem `permission_denied`
 */
export function refuseOtherOrigins(request: Request): void {
  const { headers, url } = request;
  const host = headers.get("host") ?? new URL(url).host;
  const site = headers.get("sec-fetch-site");
  const same = hostOf(headers.get("origin")) === host && (site === null || site === "same-origin");
  if (!same) throw new Problem("permission_denied", "Only the console itself may sign in here");
}

function hostOf(origin: string | null): string | null {
  return origin !== null && URL.canParse(origin) ? new URL(origin).host : null;
}

/** Whether the browser believes to be on this machine; a name that was rebound to it is not. */
export function asksThisMachine({ headers, url }: Request): boolean {
  const host = headers.get("host") ?? new URL(url).host;
  return isLoopback(host.replace(/:\d+$/, ""));
}

/** Of a host to listen on, or one asked for. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "[::1]" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
