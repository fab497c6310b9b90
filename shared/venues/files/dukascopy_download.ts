/**
 * Fetches Dukascopy's files into the folders their readers know, politely: few requests at once, a
 * pause between their starts, closed hours left out. A file is written whole or not at all and is
 * never fetched twice, so that a stopped download goes on where it stopped.
 */

import type { TradingHours } from "../../domain/fx_week.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Random } from "../../domain/random.ts";
import { type EpochMs, epochMs, type Timer } from "../../domain/time.ts";
import { NonRetryable, Retryable } from "../../resilience/errors.ts";
import { createPolicy, type Policy } from "../../resilience/policies.ts";
import { isDukascopyFile } from "./dukascopy.ts";

export const dukascopyUrl = "https://datafeed.dukascopy.com/datafeed";

export const dukascopyKinds = ["ticks", "bid-bars", "ask-bars"] as const;
export type DukascopyKind = (typeof dukascopyKinds)[number];

export interface DukascopyDownload {
  /** Without a slash at its end. */
  readonly url: string;
  /** `<folder>/<SYMBOL>/<year>/<month from 00>/<day>/` is written. */
  readonly folder: string;
  readonly instrument: Instrument;
  readonly kind: DukascopyKind;
  /** `[from, to)`, widened to whole hours of ticks or whole days of bars. */
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export interface DownloadOptions {
  readonly timer: Timer;
  readonly random: Random;
  readonly hours: TradingHours;
  readonly signal: AbortSignal;
  /** Between the starts of two requests. Default 250. */
  readonly pauseMs?: number;
  /** Requests under way at once. Default 2. */
  readonly concurrentMax?: number;
  /** Attempts at one file beyond the first. Default 6. */
  readonly retriesMax?: number;
  /** Before the first retry; doubles with each. Default 1,000. */
  readonly retryDelayMs?: number;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

export interface DownloadProgress {
  /** Files of the range, closed hours left out. */
  readonly files: number;
  readonly done: number;
  /** Of those done: fetched now, there already, hours the vendor has nothing for. */
  readonly fetched: number;
  readonly kept: number;
  readonly empty: number;
  readonly bytes: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const timeoutMs = 60_000;
const retryDelayMsMax = 60_000;
/** Failures in a row that end the download. */
const failuresMax = 20;
const cooldownMs = 60_000;
const fileBytesMax = 16 * 1024 ** 2;
/** Files of one download: ten years of hours. */
export const downloadFilesMax = 100_000;
/** A younger hour that is missing may yet be published, and is asked for again next time. */
const settledMs = 2 * dayMs;

/**
 * Fetches every file of the range that is not there.
 * @throws the signal's reason, or what the last attempt at a file met; what was fetched stays
 */
export async function downloadDukascopy(
  wanted: DukascopyDownload,
  options: DownloadOptions,
): Promise<DownloadProgress> {
  const starts = startsOf(wanted, options.hours);
  const state = { files: starts.length, done: 0, fetched: 0, kept: 0, empty: 0, bytes: 0 };
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const fetcher = new Fetcher(wanted, { ...options, signal });
  const queue = starts.values();
  const work = async () => {
    for (const start of queue) {
      signal.throwIfAborted();
      const { outcome, bytes } = await fetcher.fetch(start);
      state[outcome]++;
      state.bytes += bytes;
      state.done++;
      options.onProgress?.({ ...state });
    }
  };
  const workers = Array.from({ length: options.concurrentMax ?? 2 }, work);
  try {
    await Promise.all(workers);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(workers);
    throw error;
  }
  return { ...state };
}

/** When the files of the range begin; those wholly in closed hours are left out. */
function startsOf({ kind, from, to }: DukascopyDownload, hours: TradingHours): EpochMs[] {
  const step = kind === "ticks" ? hourMs : dayMs;
  if (!(from < to) || (to - from) / step > downloadFilesMax) {
    throw new RangeError(
      `Cannot download from ${from} to ${to}: use 1 to ${downloadFilesMax} files`,
    );
  }
  const starts: EpochMs[] = [];
  for (let at = from - (from % step); at < to; at += step) {
    const session = hours.sessionAt(epochMs(at));
    if (session.open || session.until < at + step) starts.push(epochMs(at));
  }
  return starts;
}

interface Fetched {
  readonly outcome: "fetched" | "kept" | "empty";
  readonly bytes: number;
}

class Fetcher {
  readonly #wanted: DukascopyDownload;
  readonly #options: DownloadOptions;
  readonly #policy: Policy;
  #nextAt = 0;

  constructor(wanted: DukascopyDownload, options: DownloadOptions) {
    this.#wanted = wanted;
    this.#options = options;
    this.#policy = createPolicy({
      retry: {
        retriesMax: options.retriesMax ?? 6,
        delayMs: options.retryDelayMs ?? 1_000,
        delayMsMax: retryDelayMsMax,
        random: options.random,
        timeouts: true,
      },
      timeoutMs,
      breaker: { failuresMax, cooldownMs },
    });
  }

  async fetch(start: EpochMs): Promise<Fetched> {
    const relative = pathOf(this.#wanted, start);
    const path = `${this.#wanted.folder}/${relative}`;
    const there = await sizeOf(path);
    if (there !== null) return { outcome: "kept", bytes: there };
    const url = `${this.#wanted.url}/${relative}`;
    const { signal } = this.#options;
    const file = await this.#policy.execute((attempt) => this.#get(url, attempt), signal);
    if (file === null || file.length === 0) {
      // An empty file is the format's own word for a time without ticks.
      const isSettled = start + settledMs < this.#options.timer.now();
      if (isSettled) await writeWhole(path, new Uint8Array());
      return { outcome: "empty", bytes: 0 };
    }
    await writeWhole(path, file);
    return { outcome: "fetched", bytes: file.length };
  }

  /** The file, or `null` where the vendor has none. */
  async #get(url: string, signal: AbortSignal): Promise<Uint8Array | null> {
    await this.#takeTurn(signal);
    let response: Response;
    try {
      response = await fetch(url, { signal });
    } catch (cause) {
      signal.throwIfAborted();
      throw new Retryable(`Cannot reach ${url}`, { cause });
    }
    if (!response.ok) {
      await response.body?.cancel();
      if (response.status === 404) return null;
      throw refusal(url, response);
    }
    const file = await readBody(url, response, signal);
    if (!await isDukascopyFile(file, this.#wanted.kind === "ticks" ? 20 : 24)) {
      throw new Retryable(`${url} is cut off, or no file of the format`);
    }
    return file;
  }

  /** Waits until a pause has passed since the last request began. */
  async #takeTurn(signal: AbortSignal): Promise<void> {
    const { timer, pauseMs = 250 } = this.#options;
    const at = Math.max(timer.now(), this.#nextAt);
    this.#nextAt = at + pauseMs;
    await timer.sleepUntil(epochMs(at), signal);
    signal.throwIfAborted();
  }
}

/** `EURUSD/2019/01/04/07h_ticks.bi5`: the month counts from 00. */
function pathOf({ instrument, kind }: DukascopyDownload, start: EpochMs): string {
  const date = new Date(start);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getUTCFullYear()}/${two(date.getUTCMonth())}/${two(date.getUTCDate())}`;
  const name = kind === "ticks"
    ? `${two(date.getUTCHours())}h_ticks`
    : `${kind === "bid-bars" ? "BID" : "ASK"}_candles_min_1`;
  return `${instrument.symbol}/${day}/${name}.bi5`;
}

function refusal(url: string, response: Response): Error {
  const message = `${url} answers ${response.status}`;
  if (response.status !== 429 && response.status < 500) return new NonRetryable(message);
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new Retryable(message, seconds > 0 ? { afterMs: seconds * 1_000 } : {});
}

async function readBody(
  url: string,
  response: Response,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of response.body ?? []) {
      bytes += piece.length;
      if (bytes > fileBytesMax) throw new NonRetryable(`${url} is larger than any such file`);
      pieces.push(piece);
    }
  } catch (cause) {
    if (cause instanceof NonRetryable) throw cause;
    signal.throwIfAborted();
    throw new Retryable(`${url} was cut off after ${bytes} bytes`, { cause });
  }
  const file = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    file.set(piece, at);
    at += piece.length;
  }
  return file;
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Under its name only when it is whole; a stop leaves at most a `.part` file, which no reader takes. */
async function writeWhole(path: string, file: Uint8Array): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  const part = `${path}.part`;
  await Deno.writeFile(part, file);
  await Deno.rename(part, path);
}
