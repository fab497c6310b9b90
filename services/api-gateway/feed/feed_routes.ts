/** Opens the socket of the feed. */

import type { Context } from "hono";
import { feedPath } from "../../../shared/contracts/messages/feed.ts";
import { feedProtocols } from "../../../shared/contracts/messages/feed_binary.ts";
import { allows, type Authenticate, readCredential } from "../../../shared/runtime/auth.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import { addPlainRoute, type ServiceApp } from "../../../shared/runtime/service_app.ts";
import type { FeedServer } from "./feed_server.ts";
import type { Identity } from "./feed_session.ts";

/** A client that does not answer a ping within this many seconds is gone. */
const pingSeconds = 30;

export function addFeedRoutes(
  app: ServiceApp,
  { feed, authenticate }: { feed: FeedServer; authenticate: Authenticate },
): void {
  const handle = async (c: Context) => {
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
      throw new Problem("invalid_request", "Open this path as a WebSocket");
    }
    const protocol = chooseProtocol(c.req.header("sec-websocket-protocol"));
    const identity = await identify(c.req.raw.headers, authenticate);
    if (!feed.hasRoom(identity?.auth.subject ?? null)) {
      throw new Problem("rate_limited", "No more sockets are free", {
        headers: { "retry-after": "5" },
      });
    }
    const { socket, response } = Deno.upgradeWebSocket(c.req.raw, {
      idleTimeout: pingSeconds,
      ...(protocol === null ? {} : { protocol }),
    });
    feed.accept(socket, identity, protocol === feedProtocols.binary ? "binary" : "json");
    return response;
  };
  addPlainRoute(app, feedPath, { limited: true, handle });
}

/** The first protocol of the client's list that the feed speaks; `null` without a list. */
function chooseProtocol(list: string | undefined): string | null {
  if (list === undefined) return null;
  const spoken: readonly string[] = Object.values(feedProtocols);
  const chosen = list.split(",").map((name) => name.trim()).find((name) => spoken.includes(name));
  if (chosen !== undefined) return chosen;
  throw new Problem("feed_protocol_unknown", `Ask for ${spoken.join(" or ")}, or for none`);
}

/** `null` without a credential: then the first frame must bring one. */
async function identify(headers: Headers, authenticate: Authenticate): Promise<Identity | null> {
  const credential = readCredential(headers);
  if (credential === null) return null;
  const auth = await authenticate(credential);
  if (auth === null) throw new Problem("key_invalid", "The key or token is unknown or expired");
  if (!allows(auth, "market:read")) {
    throw new Problem("permission_denied", "The feed needs market:read");
  }
  return { credential, auth };
}
