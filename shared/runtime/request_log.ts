/** What is kept of every request: one log line and one observation of its duration. */

import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import { type RequestScope, withRequestScope } from "./trace.ts";
import { createRequestMeter } from "./request_meter.ts";

export interface Answered {
  readonly method: string;
  readonly path: string;
  /** The route's pattern; paths themselves would be too many labels. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  /** Of the problem, if it was refused or failed. */
  readonly code: string | undefined;
  readonly error: Error | undefined;
}

const quietPaths = new Set(["/healthz", "/readyz", "/metrics"]);

export type RequestLog = (scope: RequestScope, answered: Answered) => void;

export function createRequestLog(logger: Logger, metrics: Metrics): RequestLog {
  const meter = createRequestMeter(metrics);
  return (scope, answered) => {
    const { method, path, route, status, ms, code, error } = answered;
    meter.observe(route, answered);
    const level = levelOf(answered);
    if (!logger.isLevelEnabled(level)) return;
    const failed = status >= 500 && error !== undefined ? { err: error } : {};
    const refused = code === undefined ? {} : { code };
    const line = { method, path, status, ms: Math.round(ms * 100) / 100, ...refused, ...failed };
    withRequestScope(scope, () => logger[level](line, "request"));
  };
}

/** A failure without a code of ours was passed on, and logged where it was made. */
function levelOf({ status, path, code }: Answered): "trace" | "debug" | "info" | "error" {
  if (quietPaths.has(path)) return status >= 500 ? "error" : "trace";
  if (status < 400 || code === undefined) return "debug";
  return status >= 500 ? "error" : "info";
}
