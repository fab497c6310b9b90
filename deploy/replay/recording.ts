/** A session as it was recorded, and its folder: transactions as JSON lines, prices as CSV. */

import { formatPrice, type Price, type Symbol } from "../../shared/domain/instrument.ts";
import { instrumentOf, instruments } from "../../shared/domain/instruments.ts";
import { epochMs, toRfc3339 } from "../../shared/domain/time.ts";
import type { AccountId } from "../../shared/domain/ids.ts";
import type { Transaction } from "../../shared/domain/transaction.ts";
import type { Tape, TapePiece } from "../../services/trading-gateway/backtests/engine/tape.ts";
import type { RecordedPrices } from "../../services/trading-gateway/backtests/journal/recorded_prices.ts";
import {
  fromTransactionView,
  toTransactionView,
} from "../../services/trading-gateway/transactions/transaction_view.ts";
import { BacktestFailed } from "../../services/trading-gateway/backtests/engine/settings.ts";
import { openFilesTape } from "../backtest/files_tape.ts";
import { type AllInOneSettings, readOptions } from "../profiles/options.ts";

/** What of the platform's settings decides how a session goes. */
export type SessionSettings = Pick<AllInOneSettings, "fills" | "venue" | "market" | "terms">;

export interface Recording {
  readonly accountId: AccountId;
  readonly settings: SessionSettings;
  /** Of the account, from its beginning. */
  readonly transactions: readonly Transaction[];
  /** Of every symbol the session needed, as far as it was recorded. */
  readonly prices: RecordedPrices;
}

const files = {
  settings: "settings.json",
  transactions: "transactions.jsonl",
  prices: "prices",
};

/**
 * `terms` are those of the platform's settings file, as they stand in it.
 * @throws BacktestFailed where they are not the terms of the recording.
 */
export async function saveRecording(
  folder: string,
  recording: Recording,
  terms: unknown,
): Promise<void> {
  const { settings, transactions, prices } = recording;
  await Deno.mkdir(`${folder}/${files.prices}`, { recursive: true });
  const { fills, venue: { seed }, market: { hours } } = settings;
  await Deno.writeTextFile(
    `${folder}/${files.settings}`,
    `${JSON.stringify({ venue: { seed }, market: { hours }, fills, terms }, null, 2)}\n`,
  );
  if (textOf((await readSettingsOf(folder)).terms) !== textOf(settings.terms)) {
    throw new BacktestFailed("Put all terms into the settings file: the environment changes some");
  }
  const lines = transactions.map((one) => `${JSON.stringify(toTransactionView(one))}\n`);
  await Deno.writeTextFile(`${folder}/${files.transactions}`, lines.join(""));
  for (const [slot, symbol] of prices.symbols.entries()) {
    const rows = prices.pieces.map((piece) => pieceText(piece, slot, symbol));
    const path = `${folder}/${files.prices}/${symbol}.csv`;
    await Deno.writeTextFile(path, `time,bid,ask\n${rows.join("")}`);
  }
}

/** Terms hold amounts as bigint. */
const textOf = (terms: unknown): string =>
  JSON.stringify(terms, (_, value) => typeof value === "bigint" ? String(value) : value);

const readSettingsOf = async (folder: string): Promise<SessionSettings> =>
  (await readOptions([], { SPOTWIRE_SETTINGS: `${folder}/${files.settings}` }))!;

function pieceText({ length, time, bid, ask, slot }: TapePiece, of: number, symbol: Symbol) {
  const instrument = instrumentOf(symbol);
  let text = "";
  for (let at = 0; at < length; at++) {
    if (slot !== null && slot[at] !== of) continue;
    const prices = [bid[at]!, ask[at]!].map((points) => formatPrice(points as Price, instrument));
    text += `${toRfc3339(epochMs(time[at]!))},${prices.join(",")}\n`;
  }
  return text;
}

/** @throws BacktestFailed naming the line that is not as {@link saveRecording} writes it. */
export async function readRecording(folder: string): Promise<Recording> {
  const settings = await readSettingsOf(folder);
  const transactions = await readTransactions(`${folder}/${files.transactions}`);
  const accountId = transactions[0]?.accountId;
  if (accountId === undefined) throw new BacktestFailed(`${folder} holds no transaction`);
  const path = `${folder}/${files.prices}`;
  const symbols = inOrder(
    await Array.fromAsync(Deno.readDir(path), ({ name }) => name.replace(/\.csv$/, "")),
  );
  if (symbols.length === 0) {
    return { accountId, settings, transactions, prices: { symbols, pieces: [] } };
  }
  const tape = await openFilesTape(path, { traded: [], symbols, spreadPoints: 0 });
  return { accountId, settings, transactions, prices: await loaded(tape) };
}

async function readTransactions(path: string): Promise<Transaction[]> {
  const lines = (await Deno.readTextFile(path)).split("\n");
  return lines.flatMap((line, at) => {
    if (line.trim() === "") return [];
    try {
      return [fromTransactionView(JSON.parse(line))];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new BacktestFailed(`Cannot read ${path}:${at + 1}: ${why}`, { cause: error });
    }
  });
}

/** In the order in which quotes of one moment come; names that are no symbols are left out. */
export function inOrder(symbols: Iterable<string>): Symbol[] {
  const wanted = new Set(symbols);
  return instruments.map(({ symbol }) => symbol).filter((symbol) => wanted.has(symbol));
}

/** The whole tape in memory: 17 bytes a price. */
export async function loaded(tape: Tape): Promise<RecordedPrices> {
  const pieces: TapePiece[] = [];
  // A tape may fill the same arrays again.
  for await (const { length, time, bid, ask, slot } of tape.pieces()) {
    pieces.push({
      length,
      time: time.slice(0, length),
      bid: bid.slice(0, length),
      ask: ask.slice(0, length),
      slot: slot === null ? null : slot.slice(0, length),
    });
  }
  return { symbols: tape.symbols, pieces };
}
