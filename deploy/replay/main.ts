/**
 * `deno task replay <account>`: what an account did goes once more through the rules of trading and
 * the simulated venue, and what comes out otherwise is printed line by line.
 */

import { tradingHours } from "../../shared/domain/fx_week.ts";
import type { AccountId } from "../../shared/domain/ids.ts";
import { readSettingsFile } from "../../shared/runtime/settings_file.ts";
import { readTerms } from "../../shared/runtime/terms_settings.ts";
import { createSpotwire } from "../../shared/sdk/mod.ts";
import { BacktestFailed } from "../../services/trading-gateway/backtests/engine/settings.ts";
import { differenceOf } from "../../services/trading-gateway/backtests/journal/difference.ts";
import { journalLines } from "../../services/trading-gateway/backtests/journal/journal_lines.ts";
import { replayJournal } from "../../services/trading-gateway/backtests/journal/replay_journal.ts";
import {
  bookedBefore,
  sessionFrom,
} from "../../services/trading-gateway/backtests/journal/session_from.ts";
import { readOptions } from "../profiles/options.ts";
import { isRunning, keyFor, urlFor } from "../profiles/running.ts";
import { readCommand, type ReplayCommand, replayHelp } from "./options.ts";
import { readPlatform } from "./read_platform.ts";
import { readRecording, type Recording, saveRecording } from "./recording.ts";

async function readSession(command: ReplayCommand): Promise<Recording> {
  if (command.recording !== undefined) return await readRecording(command.recording);
  const settings = (await readOptions(command.platform, Deno.env.toObject()))!;
  const url = await urlFor({ url: command.url, folder: command.data });
  if (!await isRunning(url)) throw new BacktestFailed(`Nothing answers at ${url}`);
  const key = await keyFor({ key: command.key, folder: command.data });
  const { from, to } = command;
  const accountId = command.accountId as AccountId;
  return await readPlatform(createSpotwire({ url, key }), settings, { accountId, from, to });
}

/** As the platform's settings file has them. */
async function writtenTerms({ data }: ReplayCommand): Promise<unknown> {
  const path = Deno.env.get("SPOTWIRE_SETTINGS") ?? `${data}/settings.json`;
  const file = await readSettingsFile(path, false) as { readonly terms?: unknown } | undefined;
  return file?.terms;
}

/** The lines that differ, and a word on what was replayed. */
function compare(recording: Recording, { from, to }: ReplayCommand) {
  const { accountId, prices, settings: { market, fills, terms, venue } } = recording;
  const recorded = bookedBefore(recording.transactions, to);
  const { account, transactions } = sessionFrom(accountId, recorded, from);
  const opening = account.balance;
  const replayed = replayJournal({ account, transactions, prices }, {
    seed: venue.seed,
    hours: tradingHours(market.hours),
    fills,
    terms: readTerms(terms),
  });
  const lines = differenceOf(
    journalLines(transactions, opening),
    journalLines(replayed, opening),
  );
  const count = (type: string) => transactions.filter((one) => one.type === type).length;
  const priceCount = prices.pieces.reduce((sum, piece) => sum + piece.length, 0);
  const about = `${accountId}: transactions ${transactions.length}, ` +
    `orders ${count("order_accepted")}, fills ${count("order_filled")}, ` +
    `prices ${priceCount.toLocaleString("en")}`;
  return { lines, about };
}

async function main(): Promise<number> {
  try {
    const command = readCommand(Deno.args);
    if (command === "help") {
      console.log(replayHelp);
      return 0;
    }
    const recording = await readSession(command);
    if (command.save !== undefined) {
      await saveRecording(command.save, recording, await writtenTerms(command));
    }
    const { lines, about } = compare(recording, command);
    for (const line of lines) console.log(line);
    console.log(
      `${about}: ${lines.length === 0 ? "no difference" : `${lines.length} lines differ`}`,
    );
    return lines.length === 0 ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    if (error instanceof TypeError) console.error("\ndeno task replay --help lists the options");
    return 2;
  }
}

if (import.meta.main) Deno.exit(await main());
