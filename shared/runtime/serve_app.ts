/** Listening: an app on a port, until its lifecycle stops. */

import type { Lifecycle } from "./lifecycle.ts";
import type { Logger } from "./logger.ts";
import { nextTurn } from "./time.ts";

export interface FetchApp {
  /** Without `info` for requests within the process. */
  fetch(request: Request, info?: Deno.ServeHandlerInfo): Response | Promise<Response>;
}

export interface ServeOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
}

/**
 * Handles requests that arrive in one turn of the event loop one after another, once all have been
 * read: between two reads the kernel and the server throw this code out of the processor's caches,
 * and a busy edge answers half as many again when it does not have to fetch it anew each time.
 */
export function inTurns(app: FetchApp): FetchApp {
  let turn: Promise<void> | null = null;
  return {
    async fetch(request, info) {
      turn ??= nextTurn().then(() => void (turn = null));
      await turn;
      return app.fetch(request, info);
    },
  };
}

/**
 * Serves at once. When the lifecycle stops, new connections are refused and requests in flight are
 * answered. Deno cannot cut one that outlasts the drain; the exit of the process does.
 */
export function serveApp(app: FetchApp, options: ServeOptions): { url: string; port: number } {
  const { host, lifecycle, logger } = options;
  const { fetch } = inTurns(app);
  const server = Deno.serve(
    { hostname: host, port: options.port, onListen: () => {} },
    (request, info) => fetch(request, info),
  );
  const { port } = server.addr as Deno.NetAddr;
  lifecycle.onDrain("http server", () => server.shutdown());
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  logger.info({ url }, "listening");
  return { url, port };
}
