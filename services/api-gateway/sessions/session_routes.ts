/** Sign-in of the console over HTTP. */

import type { Context } from "hono";
import { Problem } from "../../../shared/runtime/problem.ts";
import { parseBody, readBodyText } from "../../../shared/runtime/body_checks.ts";
import {
  addPlainRoute,
  type AppEnv,
  type ServiceApp,
} from "../../../shared/runtime/service_app.ts";
import { asksThisMachine, refuseOtherOrigins } from "./same_origin.ts";
import { readSessionCookie, sessionCookie } from "./session_cookie.ts";
import { sessionPath, sessionTokenPath } from "./session_view.ts";
import { openSession, type SessionParts, sessionTtlMs, whoSignsIn } from "./sign_in.ts";

const bodyBytesMax = 1_024;

type Handle = (c: Context<AppEnv>) => Response | Promise<Response>;

export function addSessionRoutes(app: ServiceApp, parts: SessionParts): void {
  const add = (method: "POST" | "DELETE", path: string, handle: Handle) =>
    addPlainRoute(app, path, {
      method,
      limited: true,
      handle(c) {
        refuseOtherOrigins(c.req.raw);
        return handle(c);
      },
    });

  add("POST", sessionPath, async (c) => {
    const given = parseBody(await readBodyText(c.req, bodyBytesMax), bodyBytesMax);
    const auth = await whoSignsIn(parts, given, asksThisMachine(c.req.raw));
    const { cookie, token } = await openSession(parts, auth);
    return c.json(token, 201, kept(c, cookie));
  });

  // Each token also renews the session: it ends when nobody has used it for long.
  add("POST", sessionTokenPath, async (c) => {
    const held = readSessionCookie(c.req.raw.headers);
    // No failure: every first visit asks.
    if (held === null) return c.body(null, 204);
    const auth = await parts.registry.ofSession(held);
    if (auth === null) {
      throw new Problem("key_invalid", "The session has ended; sign in again", {
        headers: cleared(c),
      });
    }
    const { cookie, token } = await openSession(parts, auth);
    return c.json(token, 201, kept(c, cookie));
  });

  add("DELETE", sessionPath, (c) => c.body(null, 204, cleared(c)));
}

const kept = (c: Context, cookie: string) => setting(c, cookie, sessionTtlMs / 1_000);
const cleared = (c: Context) => setting(c, "", 0);

const setting = (c: Context, value: string, seconds: number) => ({
  "set-cookie": sessionCookie(value, { secure: isSecure(c), seconds }),
  "cache-control": "no-store",
});

/** Behind TLS that ends before this process, the page's origin tells. */
const isSecure = (c: Context): boolean =>
  (c.req.header("origin") ?? c.req.url).startsWith("https:");
