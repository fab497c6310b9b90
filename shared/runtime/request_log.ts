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
    const level = levelOf(status, path);
    if (!logger.isLevelEnabled(level)) return;
    const failed = status >= 500 && error !== undefined ? { err: error } : {};
    const refused = code === undefined ? {} : { code };
    const line = { method, path, status, ms: Math.round(ms * 100) / 100, ...refused, ...failed };
    withRequestScope(scope, () => logger[level](line, "request"));
  };
}

function levelOf(status: number, path: string): "trace" | "debug" | "info" | "error" {
  if (status >= 500) return "error";
  if (quietPaths.has(path)) return "trace";
  return status >= 400 ? "info" : "debug";
}
