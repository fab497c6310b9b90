/** The options of `task replay`. */

import { parseArgs } from "node:util";
import { parseRfc3339 } from "../../shared/domain/time.ts";

const flags = [
  ["from", "begin at the last moment before it at which no order was open (the beginning)"],
  ["to", "leave out what was booked from this day or moment on (nothing)"],
  ["save", "a folder to write the recording into: transactions, prices, settings"],
  ["recording", "a folder that --save wrote, instead of a running platform"],
  ["url", "the running platform (the one on the data folder)"],
  ["key", "its key (SPOTWIRE_KEY, else demo.key of the data folder)"],
  ["data", "its data folder, whose settings hold the terms and how orders fill (./data)"],
  ["seed", "as the platform was started with (its setting)"],
  ["hours", "as the platform was started with (its setting)"],
] as const;
type Flag = (typeof flags)[number][0];

export const replayHelp = [
  "Replays what an account did: its orders, replaces and cancels go once more through the order",
  "check, the books and the simulated venue, over the recorded prices and on their clock.",
  "",
  "  deno task replay <account> [options]",
  "  deno task replay --recording <folder> [options]",
  "",
  ...flags.map(([name, help]) => `  --${name.padEnd(10)} ${help}`),
  "",
  "Prints each line that differs: - as recorded, + as replayed. Exit code 0 when none does, 1 when",
  "some do, 2 when it cannot be replayed.",
].join("\n");

export interface ReplayCommand {
  /** `null` with a recording, which names its own. */
  readonly accountId: string | null;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly save: string | undefined;
  readonly recording: string | undefined;
  readonly url: string | undefined;
  readonly key: string | undefined;
  readonly data: string;
  /** Options of `task start`, to be read as it reads them. */
  readonly platform: readonly string[];
}

/** `"help"` where that is asked for. @throws TypeError saying what cannot be used */
export function readCommand(args: readonly string[]): ReplayCommand | "help" {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      ...Object.fromEntries(flags.map(([name]) => [name, { type: "string" as const }])),
    },
  });
  const { help, ...rest } = values as Record<string, string | boolean | undefined>;
  if (help === true) return "help";
  const { from, to, seed, hours, data = "./data", ...given } = rest as Partial<
    Record<Flag, string>
  >;
  const [accountId = null, ...more] = positionals;
  if (more.length > 0 || (accountId === null) === (given.recording === undefined)) {
    throw new TypeError("Name one account, or --recording <folder>");
  }
  return {
    accountId,
    from: momentOf("from", from) ?? -Infinity,
    to: momentOf("to", to) ?? Infinity,
    save: given.save,
    recording: given.recording,
    url: given.url,
    key: given.key,
    data,
    platform: [["data", data], ["seed", seed], ["hours", hours]].flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, value]
    ),
  };
}

function momentOf(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const at = parseRfc3339(text.length === 10 ? `${text}T00:00:00Z` : text);
  if (at === null) throw new TypeError(`Write --${name} as 2019-02-04 or 2019-02-04T08:00:00Z`);
  return at;
}
