/** The options of `task backtest`. */

import { accountCurrencies, type AccountCurrency } from "../../shared/domain/currency.ts";
import { type TradingHoursName, tradingHoursNames } from "../../shared/domain/fx_week.ts";
import type { Symbol } from "../../shared/domain/instrument.ts";
import { findInstrument } from "../../shared/domain/instruments.ts";
import { type Micros, parseMicros } from "../../shared/domain/money.ts";
import type { StrategyParameters } from "../../shared/sdk/mod.ts";
import type { FillSettings } from "../../services/trading-gateway/backtests/engine/settings.ts";
import { optionLines, readCommandLine, readMoment } from "../profiles/command_line.ts";

const options = {
  given: [
    ["symbol", "what is traded: EURUSD, or several with commas (EURUSD)"],
    ["from", "first day or moment: 2019-02-04, 2019-02-04T08:00:00Z (all there is)"],
    ["to", "the first day or moment that is not run any more (all there is)"],
    ["set", "parameters of the strategy: fast=20,slow=100"],
    ["files", "a file or folder of recorded prices, instead of stored history"],
    ["source", "whose stored history: dukascopy, live, … (the one that has most)"],
    ["data", "the platform's data folder: its history, its terms, the reports (./data)"],
    ["database", "postgres://… instead of the data folder's store"],
    ["url", "a running platform to read the history of (that of the data folder, if it runs)"],
    ["key", "its key (SPOTWIRE_KEY, else demo.key of the data folder)"],
    ["currency", "of the account (USD)"],
    ["balance", "opening balance (100000)"],
    ["latency", "milliseconds that an order is on its way (0)"],
    ["slippage", "points by which orders at the market trade worse (0)"],
    ["partial", "chance, 0 to 1, that a price takes a part of an order only (0)"],
    ["reject", "chance, 0 to 1, that the venue rejects an order (0)"],
    ["spread", "points of spread where there are bars of one side only (10)"],
    ["hours", "fx-week or always (fx-week)"],
    ["seed", "chance at the venue repeats by seed (1)"],
    ["carry", "charge, or none: nothing for positions held over 17:00 New York (charge)"],
  ],
  switches: [
    ["alone", "do not look for a running platform"],
    ["list", "the strategies that have a name, and their parameters"],
  ],
} as const;

export const backtestHelp = [
  "Runs a strategy over recorded prices, by the platform's own rules of trading.",
  "",
  "  deno task backtest <name, or file that exports a strategy> [options]",
  "",
  ...optionLines(options),
  "",
  "Prints a summary and writes the report, as a page, as JSON, and its trades as CSV. The same",
  "prices, strategy and options give the same report, byte for byte.",
].join("\n");

export interface BacktestCommand {
  readonly strategy: string;
  readonly symbols: readonly Symbol[];
  readonly from: number | null;
  readonly to: number | null;
  readonly parameters: StrategyParameters;
  readonly files: string | undefined;
  readonly source: string | undefined;
  readonly data: string;
  readonly database: string | undefined;
  readonly url: string | undefined;
  readonly key: string | undefined;
  readonly alone: boolean;
  readonly currency: AccountCurrency;
  readonly balance: Micros;
  readonly fills: FillSettings;
  readonly spreadPoints: number;
  readonly hours: TradingHoursName;
  readonly seed: string;
  readonly carry: "charge" | "none";
}

/** `"help"` and `"list"` where those are asked for. @throws TypeError saying what cannot be used */
export function readCommand(args: readonly string[]): BacktestCommand | "help" | "list" {
  const { given, isOn, positionals } = readCommandLine(args, options);
  if (isOn("help")) return "help";
  if (isOn("list")) return "list";
  const [strategy, ...more] = positionals;
  if (strategy === undefined || more.length > 0) throw new TypeError("Name one strategy or file");
  return {
    strategy,
    symbols: (given.symbol ?? "EURUSD").split(",").map(symbolOf),
    from: given.from === undefined ? null : readMoment("--from", given.from),
    to: given.to === undefined ? null : readMoment("--to", given.to),
    parameters: parametersOf(given.set),
    files: given.files,
    source: given.source,
    data: given.data ?? "./data",
    database: given.database,
    url: given.url,
    key: given.key,
    alone: isOn("alone"),
    currency: oneOf("currency", given.currency ?? "USD", accountCurrencies),
    balance: balanceOf(given.balance ?? "100000"),
    fills: {
      latencyMs: numberOf("latency", given.latency, { max: 60_000 }),
      slippagePoints: numberOf("slippage", given.slippage, { max: 10_000 }),
      partialShare: numberOf("partial", given.partial, { max: 1, isWhole: false }),
      rejectShare: numberOf("reject", given.reject, { max: 1, isWhole: false }),
    },
    spreadPoints: numberOf("spread", given.spread ?? "10", { max: 10_000 }),
    hours: oneOf("hours", given.hours ?? "fx-week", tradingHoursNames),
    seed: given.seed ?? "1",
    carry: oneOf("carry", given.carry ?? "charge", ["charge", "none"] as const),
  };
}

function symbolOf(text: string): Symbol {
  const instrument = findInstrument(text.toUpperCase());
  if (instrument === undefined) throw new TypeError(`Cannot trade ${text}: it is not listed`);
  return instrument.symbol;
}

function parametersOf(text: string | undefined): StrategyParameters {
  if (text === undefined) return {};
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const [name = "", value = ""] = pair.split("=");
      if (name === "" || value === "" || !Number.isFinite(Number(value))) {
        throw new TypeError(`Write parameters as name=number, not "${pair}"`);
      }
      return [name, Number(value)];
    }),
  );
}

function balanceOf(text: string): Micros {
  const balance = parseMicros(text);
  if (typeof balance === "string" || balance <= 0n) {
    throw new TypeError(`Write --balance as decimal text such as 100000, not "${text}"`);
  }
  return balance;
}

function numberOf(
  name: string,
  text: string | undefined,
  { max, isWhole = true }: { max: number; isWhole?: boolean },
): number {
  const value = Number(text ?? "0");
  if (!(value >= 0 && value <= max) || (isWhole && !Number.isInteger(value))) {
    throw new TypeError(`Give --${name} from 0 to ${max}, not "${text}"`);
  }
  return value;
}

function oneOf<T extends string>(name: string, text: string, of: readonly T[]): T {
  const found = of.find((one) => one === text);
  if (found === undefined) throw new TypeError(`Give --${name} one of ${of.join(", ")}`);
  return found;
}
