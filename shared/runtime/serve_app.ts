/** Listening: an app on a port, until its lifecycle stops. */

import type { Lifecycle } from "./lifecycle.ts";
import type { Logger } from "./logger.ts";

export interface FetchApp {
  fetch(request: Request, info: Deno.ServeHandlerInfo): Response | Promise<Response>;
}

export interface ServeOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
}

/**
 * Serves at once. When the lifecycle stops, new connections are refused and requests in flight are
 * answered. Deno cannot cut one that outlasts the drain; the exit of the process does.
 */
export function serveApp(app: FetchApp, options: ServeOptions): { url: string; port: number } {
  const { host, lifecycle, logger } = options;
  const server = Deno.serve(
    { hostname: host, port: options.port, onListen: () => {} },
    (request, info) => app.fetch(request, info),
  );
  const { port } = server.addr as Deno.NetAddr;
  lifecycle.onDrain("http server", () => server.shutdown());
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  logger.info({ url }, "listening");
  return { url, port };
}
