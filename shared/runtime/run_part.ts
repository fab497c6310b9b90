/**
 * The life of a part as a process of its own, from its settings (the environment, and the file that
 * `SPOTWIRE_SETTINGS` names) to its exit code.
 */

import type * as v from "valibot";
import { Lifecycle, stopOnSignals } from "./lifecycle.ts";
import { createLogger, type LogLevel } from "./logger.ts";
import { type FetchApp, serveApp } from "./serve_app.ts";
import { readSettingsFile } from "./settings_file.ts";
import { readSettings, SettingsError, type SettingsSchema } from "./settings.ts";

interface PartSettings {
  readonly http: { readonly host: string; readonly port: number };
  readonly log: { readonly level: LogLevel };
}

export interface Part<Schema extends SettingsSchema> {
  readonly service: string;
  readonly settings: Schema;
  readonly env: Readonly<Record<string, string>>;
  /** Opens what the part needs and starts its loops; the app is served then. */
  start(settings: v.InferOutput<Schema>, lifecycle: Lifecycle): Promise<FetchApp>;
}

/** Runs until a signal or a failure; the process's exit code. */
export async function runPart<Schema extends SettingsSchema>(part: Part<Schema>): Promise<number> {
  const settings = await settingsOf(part);
  if (settings === null) return 2;
  const { http, log } = settings as unknown as PartSettings;
  const logger = createLogger({ service: part.service, level: log.level });
  const lifecycle = new Lifecycle({ logger });
  stopOnSignals(lifecycle);
  try {
    const app = await part.start(settings, lifecycle);
    serveApp(app, { ...http, lifecycle, logger });
  } catch (error) {
    logger.fatal({ err: error }, "not started");
    await lifecycle.stop("start failed");
    return 1;
  }
  return (await lifecycle.stopped).failed ? 1 : 0;
}

/** `null` when they cannot be used, which is said in full. */
async function settingsOf<Schema extends SettingsSchema>(
  { service, settings, env }: Part<Schema>,
): Promise<v.InferOutput<Schema> | null> {
  try {
    const path = env["SPOTWIRE_SETTINGS"];
    const file = path === undefined ? undefined : await readSettingsFile(path, true);
    return readSettings(settings, { env, file });
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    createLogger({ service, level: "info" }).fatal({ faults: error.faults }, error.message);
    return null;
  }
}
