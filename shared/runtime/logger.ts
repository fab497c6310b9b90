/** Structured logs: one JSON object a line, with the request and trace they belong to. */

import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import { logFields } from "./trace.ts";

export type { DestinationStream, Logger } from "pino";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Keys whose values never reach a log, wherever a caller puts them one level deep. */
const secrets = ["authorization", "apiKey", "secret", "tokenSecret", "token", "password"];

export function createLogger(
  options: { service: string; level: LogLevel; destination?: DestinationStream | undefined },
): Logger {
  const { service, level, destination } = options;
  const settings = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    mixin: logFields,
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}
