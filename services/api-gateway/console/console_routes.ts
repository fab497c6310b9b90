/** Serves the console: one page at `/`, and its files under names that change with their content. */

import type { Context } from "hono";
import { addPlainRoute, type ServiceApp } from "../../../shared/runtime/service_app.ts";
import type { ConsoleFile, ConsoleFiles } from "./console_files.ts";

/**
 * Nothing inline, nothing from elsewhere, nobody's frame. `connect-src` names the feed's scheme for
 * browsers that do not count a WebSocket of the same host as `'self'`.
 */
const policyFor = (host: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ws://${host} wss://${host}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

const hostPattern = /^[\w.:[\]-]{1,255}$/;
const forever = "public, max-age=31536000, immutable";

export function addConsoleRoutes(
  app: ServiceApp,
  { page, assets }: ConsoleFiles,
  demoAccount: string | undefined,
): void {
  const html = page.replace("{{demo}}", demoAccount ?? "");
  addPlainRoute(app, "/", {
    limited: true,
    handle: (c) => c.body(html, 200, pageHeaders(c)),
  });
  for (const [path, file] of assets) {
    addPlainRoute(app, path, { limited: true, handle: (c) => sendFile(c, file) });
  }
}

function pageHeaders(c: Context): Record<string, string> {
  const host = c.req.header("host") ?? "";
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policyFor(hostPattern.test(host) ? host : "localhost"),
    "cache-control": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
  };
}

function sendFile(c: Context, { type, bytes }: ConsoleFile): Response {
  const accepted = c.req.header("accept-encoding") ?? "";
  const coding = (["br", "gzip"] as const).find((one) => accepted.includes(one)) ?? "identity";
  return c.body(bytes[coding], 200, {
    "content-type": type,
    "cache-control": forever,
    "x-content-type-options": "nosniff",
    vary: "accept-encoding",
    ...(coding === "identity" ? {} : { "content-encoding": coding }),
  });
}
