/**
 * `deno task backtest <strategy>`: over files of recorded prices, over the history of a running
 * platform, or with none running over the data folder's own.
 */

import { pathToFileURL } from "node:url";
import type { BacktestReport } from "../../shared/contracts/http/backtest_report.ts";
import { type AnyStrategyDefinition, createSpotwire } from "../../shared/sdk/mod.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import { timeseriesMigrations } from "../../shared/timeseries/bars_table.ts";
import { timeseriesSchema } from "../../shared/timeseries/database.ts";
import { historyOf } from "../../shared/timeseries/block_history.ts";
import { depotOf } from "../../shared/timeseries/depot/open_depot.ts";
import { migrate } from "../../shared/storage/migrate.ts";
import { backtestAccount } from "../../services/trading-gateway/backtests/engine/backtest.ts";
import { runBacktest } from "../../services/trading-gateway/backtests/engine/run_backtest.ts";
import { BacktestFailed } from "../../services/trading-gateway/backtests/engine/settings.ts";
import {
  mostRecorded,
  openHistoryTape,
} from "../../services/trading-gateway/backtests/history_tape.ts";
import { backtestPage } from "../../services/trading-gateway/backtests/report_page.ts";
import { builtInStrategies } from "../../services/trading-gateway/backtests/strategies.ts";
import { tapeSymbols } from "../../services/trading-gateway/backtests/tape_symbols.ts";
import { tradesCsv } from "../../services/trading-gateway/backtests/trades_csv.ts";
import { liveSource } from "../../shared/domain/source.ts";
import { readTerms } from "../../shared/runtime/terms_settings.ts";
import { openDataFolder } from "../profiles/data_folder.ts";
import { type AllInOneSettings, readOptions } from "../profiles/options.ts";
import { isRunning, keyFor, urlFor } from "../profiles/running.ts";
import { openFilesTape } from "./files_tape.ts";
import { type BacktestCommand, backtestHelp, readCommand } from "./options.ts";
import type { PeriodTape } from "./period_tape.ts";
import { openPlatformTape } from "./platform_tape.ts";
import { summaryText } from "./summary.ts";

interface Opened {
  readonly tape: PeriodTape;
  close(): Promise<void>;
}

async function openTape(command: BacktestCommand, settings: AllInOneSettings): Promise<Opened> {
  const { symbols: traded, currency, spreadPoints } = command;
  const symbols = tapeSymbols(traded, currency);
  if (command.files !== undefined) {
    const tape = await openFilesTape(command.files, { traded, symbols, spreadPoints });
    return { tape, close: () => Promise.resolve() };
  }
  const url = await urlFor({ url: command.url, folder: command.data });
  if (!command.alone && await isRunning(url)) {
    const { from, to } = command;
    if (from === null || to === null) throw new TypeError("Give --from and --to");
    const key = await keyFor({ key: command.key, folder: command.data });
    const spotwire = createSpotwire({ url, key });
    const source = command.source ?? liveSource;
    const tape = await openPlatformTape(spotwire, { traded, symbols, source, from, to });
    return { tape, close: () => Promise.resolve() };
  }
  if (command.url !== undefined) throw new BacktestFailed(`Nothing answers at ${url}`);
  return await openStored(command, settings);
}

async function openStored(command: BacktestCommand, settings: AllInOneSettings): Promise<Opened> {
  const { symbols: traded, currency, spreadPoints } = command;
  await openDataFolder(command.data);
  const url = command.database ?? settings.database.url ?? `pglite:${command.data}/db`;
  const store = await openStore(url);
  try {
    await migrate(store, timeseriesSchema, timeseriesMigrations);
    const history = historyOf(store, depotOf(settings.history));
    const most = await mostRecorded(history, traded[0]!, command.source);
    const range = { from: command.from ?? most.from, to: command.to ?? most.to + 1 };
    const { source } = most.series;
    const symbols = tapeSymbols(traded, currency);
    const about = { traded, symbols, source, range, spreadPoints };
    const tape = { ...await openHistoryTape(history, about), ...range };
    return { tape, close: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** A built-in one by its name, or what a file exports. */
async function findStrategy(name: string): Promise<AnyStrategyDefinition> {
  const builtIn = builtInStrategies.get(name);
  if (builtIn !== undefined) return builtIn;
  const path = await Deno.realPath(name).catch(() => null);
  if (path === null) {
    const known = [...builtInStrategies.keys()].join(", ");
    throw new TypeError(`There is no strategy and no file ${name}; strategies are ${known}`);
  }
  const { default: found } = await import(pathToFileURL(path).href);
  if (typeof found?.create !== "function" || typeof found.name !== "string") {
    throw new TypeError(`${name} has no strategy as its default export; see defineStrategy`);
  }
  return found;
}

/** A line that is written over; nothing where nobody looks. */
function showProgress(percent: number): void {
  if (!Deno.stdout.isTerminal()) return;
  const full = Math.round(percent / 100 * 24);
  const bar = "█".repeat(full) + "░".repeat(24 - full);
  const text = percent >= 100 ? "\r\x1b[2K" : `\r\x1b[2K${bar} ${percent.toFixed(1)} %`;
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

async function run(command: BacktestCommand): Promise<BacktestReport> {
  const definition = await findStrategy(command.strategy);
  const settings = (await readOptions(["--data", command.data], Deno.env.toObject()))!;
  const terms = readTerms(settings.terms);
  const swapFree = command.carry === "none" ? [backtestAccount] : [];
  const { tape, close } = await openTape(command, settings);
  const from = command.from ?? tape.from;
  const to = command.to ?? tape.to;
  if (from >= to) throw new TypeError("The period ends before it begins");
  try {
    return await runBacktest({
      definition,
      parameters: command.parameters,
      tape,
      settings: {
        ...command,
        from,
        to,
        terms: { ...terms, financing: financingOf(terms, swapFree) },
      },
      onProgress: (at) => showProgress(100 * (at - from) / (to - from)),
    });
  } finally {
    showProgress(100);
    await close();
  }
}

const financingOf = (
  { financing }: ReturnType<typeof readTerms>,
  swapFree: ReturnType<typeof readTerms>["financing"]["swapFree"],
) => ({ ...financing, swapFree: [...financing.swapFree, ...swapFree] });

async function write(report: BacktestReport, folder: string): Promise<string[]> {
  await Deno.mkdir(folder, { recursive: true });
  const base = `${folder}/backtest-${report.strategy}-${report.digest.slice(0, 12)}`;
  const files: [string, string][] = [
    [`${base}.html`, backtestPage(report)],
    [`${base}.json`, `${JSON.stringify(report, null, 2)}\n`],
    [`${base}.csv`, tradesCsv(report)],
  ];
  for (const [path, text] of files) await Deno.writeTextFile(path, text);
  return files.map(([path]) => path);
}

function listText(): string {
  return [...builtInStrategies.values()].map(({ name, parameters }) => {
    const given = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
    return `${name.padEnd(15)} ${given.join(",")}`;
  }).join("\n");
}

async function main(): Promise<number> {
  try {
    const command = readCommand(Deno.args);
    if (typeof command === "string") {
      console.log(command === "help" ? backtestHelp : listText());
      return 0;
    }
    const report = await run(command);
    const files = await write(report, `${command.data}/reports`);
    console.log(summaryText(report, files));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    if (error instanceof TypeError) console.error("\ndeno task backtest --help lists the options");
    return error instanceof TypeError ? 2 : 1;
  }
}

if (import.meta.main) Deno.exit(await main());
