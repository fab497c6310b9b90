/**
 * The options of `task start`: flags first, then the environment, then `settings.json` in the data
 * folder, then defaults.
 */

import * as v from "valibot";
import { logLevels } from "../../shared/runtime/logger.ts";
import {
  httpSettings,
  marketSettings,
  streamsSettings,
} from "../../shared/runtime/settings_sections.ts";
import { readSettingsFile } from "../../shared/runtime/settings_file.ts";
import { readSettings } from "../../shared/runtime/settings.ts";
import { termsSettings } from "../../shared/runtime/terms_settings.ts";
import { fillSettings } from "../../workers/execution/settings.ts";
import { historySettings } from "../../workers/archive/settings.ts";
import { compositeSettings, oandaSettings, venueSettings } from "../../workers/ingest/settings.ts";
import { optionLines, readCommandLine } from "./command_line.ts";

export const allInOneSettings = v.strictObject({
  http: httpSettings(8000),
  data: v.optional(v.strictObject({ folder: v.optional(v.string(), "./data") }), {}),
  /** The folder that imports may read from; default: `import` in the data folder. */
  imports: v.optional(v.strictObject({ folder: v.optional(v.string()) }), {}),
  venue: venueSettings,
  oanda: oandaSettings,
  composite: compositeSettings,
  market: marketSettings,
  /** Default: PGlite in the data folder. */
  database: v.optional(v.strictObject({ url: v.optional(v.string()) }), {}),
  streams: v.strictObject({ url: v.optional(streamsSettings.entries.url, "memory:") }),
  limits: v.optional(
    v.strictObject({
      requestsPerSecond: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1_000),
    }),
    {},
  ),
  fills: fillSettings,
  history: historySettings,
  terms: termsSettings,
  /** A person reads this log beside the first steps. */
  log: v.strictObject({ level: v.optional(v.picklist(logLevels), "warn") }),
});
export type AllInOneSettings = v.InferOutput<typeof allInOneSettings>;

/** Flag, the setting it stands for, and what it does. */
const flags: readonly (readonly [name: string, setting: string, help: string])[] = [
  [
    "venue",
    "venue.spec",
    "simulator, replay:<folder or file> of recorded prices, oanda or composite",
  ],
  ["port", "http.port", "where the platform answers (8000)"],
  [
    "data",
    "data.folder",
    "where accounts, orders, bars and keys live (./data); one for each kind of prices",
  ],
  ["imports", "imports.folder", "the folder that imports may read from (<data>/import)"],
  ["seed", "venue.seed", "the simulated market and its fills repeat by seed (spotwire)"],
  ["speed", "venue.speed", "market seconds a second: 1, 10, … or max (1)"],
  ["hours", "market.hours", "fx-week, or always: practice at the weekend too (fx-week)"],
  ["database", "database.url", "postgres://… instead of the embedded store"],
  ["streams", "streams.url", "redis://… instead of memory"],
  ["rate", "limits.requestsPerSecond", "requests a key may send each second (1000)"],
  ["log", "log.level", "trace, debug, info, warn, error or silent (warn)"],
];

const options = { given: flags.map(([name, , help]) => [name, help] as const), switches: [] };

export const helpText = [
  "Runs the whole platform in one process.",
  "",
  "  npx -y deno@2.9.6 task start [options]",
  "",
  ...optionLines(options),
  "",
  'Every option is a setting too: SPOTWIRE_HTTP_PORT=8080, or {"http":{"port":8080}} in',
  "settings.json of the data folder. A name that is not a setting is refused.",
].join("\n");

/**
 * Settings of a command line; `null` when it asks for help.
 * @throws TypeError for an unknown flag, SettingsError for a value that does not fit.
 */
export async function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<AllInOneSettings | null> {
  const { given, isOn, positionals: [stray] } = readCommandLine(args, options);
  if (isOn("help")) return null;
  if (stray !== undefined) throw new TypeError(`"${stray}" is no option: --help lists them`);
  const set = flags.filter(([name]) => given[name] !== undefined)
    .map(([name, setting]) => [setting, given[name]]);
  const from = { env, flags: Object.fromEntries(set) };
  const { folder } = readSettings(allInOneSettings, from).data;
  const path = env["SPOTWIRE_SETTINGS"];
  const file = await readSettingsFile(path ?? `${folder}/settings.json`, path !== undefined);
  return readSettings(allInOneSettings, { ...from, file });
}
