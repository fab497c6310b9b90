/** Recorded prices as a venue: the ticks of files, on a clock that starts with the first of them. */

import type { TradingHours } from "../../domain/fx_week.ts";
import { type EpochMs, epochMs, type Timer } from "../../domain/time.ts";
import type { PriceVenue, Tick, TickBatch } from "../venue.ts";
import { detectSource } from "../files/detect_source.ts";
import type { SourceFile, TickSourceFile } from "../files/source_file.ts";
import { mergeTicks } from "./merge.ts";

export interface ReplayOptions {
  readonly hours: TradingHours;
  readonly heartbeatMs?: number | undefined;
  /** How often the venue shows life while closed; `Infinity` jumps over closed hours and holes. */
  readonly closedHeartbeatMs: number;
  /** Ticks within this much market time share a batch. */
  readonly flushMs?: number | undefined;
  readonly ticksMax?: number | undefined;
}

/** A longer silence is a weekend or a hole in the recording: nothing says the venue was alive. */
const holeMs = 3_600_000;
/** Batches given while late before others get the processor. */
const lateBatchesMax = 100;

/**
 * Opens a recording and starts its clock.
 * @throws Error when the path holds no ticks, or its first file cannot be read.
 */
export async function openReplay(
  path: string,
  options: ReplayOptions & { readonly timerFrom: (startAt: EpochMs) => Timer },
): Promise<{ venue: PriceVenue; timer: Timer }> {
  const detected = await detectSource(path);
  const files = detected.files.filter(isTickFile);
  const startAt = await firstTime(files);
  if (startAt === null) {
    throw new Error(`Cannot replay ${path}: its ${detected.files.length} files hold no ticks`);
  }
  const timer = options.timerFrom(startAt);
  return { venue: createReplay(files, timer, options), timer };
}

const isTickFile = (file: SourceFile): file is TickSourceFile => file.kind === "ticks";

export function createReplay(
  files: readonly TickSourceFile[],
  timer: Timer,
  options: ReplayOptions,
): PriceVenue {
  return {
    name: "replay",
    pausable: true,
    ticks: (signal) => pace(files, timer, { ...options, signal }),
  };
}

async function firstTime(files: readonly TickSourceFile[]): Promise<EpochMs | null> {
  for await (const piece of mergeTicks(files)) return piece[0]!.venueTime;
  return null;
}

async function* pace(
  files: readonly TickSourceFile[],
  timer: Timer,
  options: ReplayOptions & { signal: AbortSignal },
): AsyncGenerator<TickBatch> {
  const { signal } = options;
  let late = 0;
  let saidAt: EpochMs | null = null;
  const { flushMs = 100, ticksMax = 500 } = options;
  for await (const ticks of batches(mergeTicks(files), { flushMs, ticksMax })) {
    const time = ticks.at(-1)!.venueTime;
    if (saidAt !== null) {
      for (const at of heartbeats(saidAt, time, options)) {
        await timer.sleepUntil(at, signal);
        if (signal.aborted) return;
        yield { time: at, ticks: [] };
      }
    }
    late = timer.now() > time ? late + 1 : 0;
    await timer.sleepUntil(late % lateBatchesMax === 1 ? epochMs(timer.now() + 1) : time, signal);
    if (signal.aborted) return;
    yield { time, ticks };
    saidAt = time;
  }
}

/** The moments between two batches at which the venue shows that it is alive. */
function* heartbeats(after: EpochMs, until: EpochMs, options: ReplayOptions): Generator<EpochMs> {
  const { hours, heartbeatMs = 1_000, closedHeartbeatMs } = options;
  const jumps = closedHeartbeatMs === Infinity;
  if (jumps && until - after > holeMs) return;
  let at = epochMs(after + heartbeatMs);
  while (at < until) {
    const session = hours.sessionAt(at);
    if (session.open || !jumps) yield at;
    if (session.open) at = epochMs(at + heartbeatMs);
    else at = epochMs(Math.min(session.until, at + closedHeartbeatMs));
  }
}

/** Groups ticks that share an interval of market time, up to a maximum. */
async function* batches(
  pieces: AsyncIterable<readonly Tick[]>,
  limits: { flushMs: number; ticksMax: number },
): AsyncGenerator<readonly Tick[]> {
  let batch: Tick[] = [];
  let until = -Infinity;
  for await (const piece of pieces) {
    for (const tick of piece) {
      if (tick.venueTime >= until || batch.length === limits.ticksMax) {
        if (batch.length > 0) yield batch;
        batch = [];
        until = tick.venueTime - (tick.venueTime % limits.flushMs) + limits.flushMs;
      }
      batch.push(tick);
    }
  }
  if (batch.length > 0) yield batch;
}
