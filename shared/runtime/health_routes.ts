/** The routes a supervisor and Prometheus call. They need no key: keep them off the public side. */

import type { Context } from "hono";
import type { ServiceDeps } from "./service_deps.ts";
import { Problem } from "./problem.ts";

/** A check that takes longer has failed. */
const checkMsMax = 2_000;

type Get = (path: string, handle: (c: Context) => Response | Promise<Response>) => void;

export function addHealthRoutes(get: Get, deps: ServiceDeps): void {
  const { service, version, checks, metrics, logger } = deps;

  get("/healthz", (c) => c.json({ status: "alive", service, version }));

  get("/readyz", async (c) => {
    const names = Object.keys(checks);
    const results = await Promise.allSettled(names.map((name) => within(checks[name]!())));
    const failed = names.filter((_, at) => results[at]!.status === "rejected");
    if (failed.length > 0) {
      const causes = results.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
      logger.warn({ failed, err: causes[0] }, "not ready");
      throw new Problem("unavailable", `Not ready: ${failed.join(", ")}`, {
        headers: { "retry-after": "1" },
        cause: causes[0],
      });
    }
    return c.json({ status: "ready", service, version, checks: names });
  });

  get(
    "/metrics",
    async (c) =>
      c.text(await metrics.text(), 200, { "content-type": metrics.registry.contentType }),
  );
}

async function within(check: Promise<void>): Promise<void> {
  let timeout: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`No answer within ${checkMsMax} ms`);
    timeout = setTimeout(() => reject(error), checkMsMax);
  });
  try {
    await Promise.race([check, late]);
  } finally {
    clearTimeout(timeout);
  }
}
