/** Structured logs: one JSON object a line, with the request and trace they belong to. */

import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import type { RecentErrors } from "./recent_errors.ts";
import { logFields } from "./trace.ts";

export type { DestinationStream, Logger } from "pino";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Keys whose values never reach a log, wherever a caller puts them one level deep. */
const secrets = ["authorization", "apiKey", "secret", "tokenSecret", "token", "password"];

export interface LoggerOptions {
  readonly service: string;
  readonly level: LogLevel;
  readonly destination?: DestinationStream | undefined;
  /** Kept up with what is logged. */
  readonly recentErrors?: RecentErrors | undefined;
}

export function createLogger(options: LoggerOptions): Logger {
  const { service, level, destination, recentErrors } = options;
  const settings = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    mixin: logFields,
    ...(recentErrors === undefined ? {} : {
      hooks: {
        streamWrite(line: string) {
          recentErrors.take(line);
          return line;
        },
      },
    }),
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}
