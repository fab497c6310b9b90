/** A session as it was recorded, and its folder: transactions as JSON lines, prices as CSV. */

import * as v from "valibot";
import { formatPrice, type Price, type Symbol } from "../../shared/domain/instrument.ts";
import { instrumentOf, instruments } from "../../shared/domain/instruments.ts";
import { epochMs, toRfc3339 } from "../../shared/domain/time.ts";
import type { AccountId } from "../../shared/domain/ids.ts";
import type { Transaction } from "../../shared/domain/transaction.ts";
import { termsSettings } from "../../shared/runtime/terms_settings.ts";
import { tradingHoursNames } from "../../shared/domain/fx_week.ts";
import type { Tape, TapePiece } from "../../services/trading-gateway/backtests/engine/tape.ts";
import {
  fromTransactionView,
  toTransactionView,
} from "../../services/trading-gateway/transactions/transaction_view.ts";
import { BacktestFailed } from "../../services/trading-gateway/backtests/engine/settings.ts";
import { fillSettings } from "../../workers/execution/settings.ts";
import { openFilesTape } from "../backtest/files_tape.ts";

/** Under which settings the platform ran. */
export const sessionSettings = v.strictObject({
  accountId: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  hours: v.picklist(tradingHoursNames),
  /** How the venue filled; its seed is the market's. */
  fills: fillSettings,
  terms: termsSettings,
});
export type SessionSettings = v.InferOutput<typeof sessionSettings>;

export interface Recording {
  readonly settings: SessionSettings;
  /** Of the account, from its beginning. */
  readonly transactions: readonly Transaction[];
  /** Of every symbol the session needed, as far as it was recorded. */
  readonly prices: Pick<Tape, "symbols"> & { readonly pieces: readonly TapePiece[] };
}

const files = { settings: "session.json", transactions: "transactions.jsonl", prices: "prices" };

export async function saveRecording(folder: string, recording: Recording): Promise<void> {
  const { settings, transactions, prices } = recording;
  await Deno.mkdir(`${folder}/${files.prices}`, { recursive: true });
  const lines = transactions.map((one) => `${JSON.stringify(toTransactionView(one))}\n`);
  await Deno.writeTextFile(
    `${folder}/${files.settings}`,
    `${JSON.stringify(settings, null, 2)}\n`,
  );
  await Deno.writeTextFile(`${folder}/${files.transactions}`, lines.join(""));
  for (const [slot, symbol] of prices.symbols.entries()) {
    const rows = prices.pieces.map((piece) => pieceText(piece, slot, symbol));
    const path = `${folder}/${files.prices}/${symbol}.csv`;
    await Deno.writeTextFile(path, `time,bid,ask\n${rows.join("")}`);
  }
}

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

/** @throws BacktestFailed naming the file that is not as {@link saveRecording} writes it. */
export async function readRecording(folder: string): Promise<Recording> {
  const read = async <T>(file: string, parse: (text: string) => T): Promise<T> => {
    try {
      return parse(await Deno.readTextFile(`${folder}/${file}`));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new BacktestFailed(`Cannot read ${folder}/${file}: ${why}`, { cause: error });
    }
  };
  const settings = await read(
    files.settings,
    (text) => v.parse(sessionSettings, JSON.parse(text)),
  );
  const transactions = await read(
    files.transactions,
    (text) =>
      text.split("\n").flatMap((line) =>
        line.trim() === "" ? [] : [fromTransactionView(JSON.parse(line))]
      ),
  );
  const path = `${folder}/${files.prices}`;
  const symbols = inOrder(
    await Array.fromAsync(Deno.readDir(path), ({ name }) => name.replace(/\.csv$/, "")),
  );
  if (symbols.length === 0) return { settings, transactions, prices: { symbols, pieces: [] } };
  const tape = await openFilesTape(path, { traded: [], symbols, spreadPoints: 0 });
  return { settings, transactions, prices: await loaded(tape) };
}

export const accountIdOf = ({ settings }: Recording): AccountId => settings.accountId as AccountId;

/** In the order in which quotes of one moment come; names that are no symbols are left out. */
export function inOrder(symbols: Iterable<string>): Symbol[] {
  const wanted = new Set(symbols);
  return instruments.map(({ symbol }) => symbol).filter((symbol) => wanted.has(symbol));
}

/** The whole tape in memory: 17 bytes a price. */
export async function loaded(tape: Tape): Promise<Recording["prices"]> {
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
