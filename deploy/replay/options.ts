/** The options of `task replay`. */

import { optionLines, readCommandLine, readMoment } from "../profiles/command_line.ts";

const options = {
  given: [
    ["from", "begin at the last moment before it at which no order was open (the beginning)"],
    ["to", "leave out what was booked from this day or moment on (nothing)"],
    ["save", "a folder to write the recording into: transactions, prices, settings"],
    ["recording", "a folder that --save wrote, instead of a running platform"],
    ["url", "the running platform (the one on the data folder)"],
    ["key", "its key (SPOTWIRE_KEY, else demo.key of the data folder)"],
    ["data", "its data folder, whose settings hold the terms and how orders fill (./data)"],
    ["seed", "as the platform was started with (its setting)"],
    ["hours", "as the platform was started with (its setting)"],
  ],
  switches: [],
} as const;

export const replayHelp = [
  "Replays what an account did: its orders, replaces and cancels go once more through the order",
  "check, the books and the simulated venue, over the recorded prices and on their clock.",
  "",
  "  deno task replay <account> [options]",
  "  deno task replay --recording <folder> [options]",
  "",
  ...optionLines(options),
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
  const { given, isOn, positionals } = readCommandLine(args, options);
  if (isOn("help")) return "help";
  const { from, to, seed, hours, data = "./data" } = given;
  const [accountId = null, ...more] = positionals;
  if (more.length > 0 || (accountId === null) === (given.recording === undefined)) {
    throw new TypeError("Name one account, or --recording <folder>");
  }
  return {
    accountId,
    from: from === undefined ? -Infinity : readMoment("--from", from),
    to: to === undefined ? Infinity : readMoment("--to", to),
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
