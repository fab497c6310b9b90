/** Which ticks become quotes, and when silence is worth a word. Pure but for the state it moves on. */

import { minuteMs } from "../../shared/domain/bar.ts";
import { findInstrument } from "../../shared/domain/instruments.ts";
import { defaultQuoteAges, type Quote } from "../../shared/domain/quote.ts";
import { type EpochMs, epochMs } from "../../shared/domain/time.ts";
import type { Tick, TickBatch } from "../../shared/venues/venue.ts";

/** Why a tick is kept from everyone. */
export const quarantineReasons = [
  "unknown_symbol",
  "not_a_price",
  "crossed",
  "locked",
  "out_of_order",
  "ahead_of_time",
] as const;
export type QuarantineReason = (typeof quarantineReasons)[number];

/** How far a tick may lie ahead of its venue's own clock. */
const aheadMsMax = 5_000;

/** Sequences per millisecond of the wall clock: more than any symbol ever moves. */
const sequencesPerMs = 1_000;

interface SymbolState {
  sequence: number;
  venueTime: EpochMs;
}

/** Where ingest stands; one for the life of the process, over every reconnection of the venue. */
export interface IngestState {
  /** First sequence of every symbol: higher than any an earlier run gave. */
  readonly firstSequence: number;
  readonly symbols: Map<string, SymbolState>;
  /** The venue's newest time. */
  venueTime: EpochMs;
  /** Market time of the newest word published. */
  saidAt: EpochMs;
}

/** `startedAt` is the wall clock's, whatever clock the market runs on. */
export const newIngestState = (startedAt: EpochMs): IngestState => ({
  firstSequence: startedAt * sequencesPerMs,
  symbols: new Map(),
  venueTime: epochMs(0),
  saidAt: epochMs(0),
});

export interface Judged {
  readonly quotes: readonly Quote[];
  readonly quarantined: readonly { readonly tick: Tick; readonly reason: QuarantineReason }[];
  /** Say that the venue was heard at this time, since no quote says it. */
  readonly heardAt: EpochMs | null;
}

/** When a batch was in hand, and the time at which its venue is then known to be alive. */
export interface Moment {
  readonly receivedAt: EpochMs;
  readonly aliveAt: EpochMs;
}

/** Judges a venue's batch; both times are the market's. */
export function judgeBatch(state: IngestState, batch: TickBatch, at: Moment): Judged {
  const quotes: Quote[] = [];
  const quarantined: { tick: Tick; reason: QuarantineReason }[] = [];
  if (batch.time > state.venueTime) state.venueTime = batch.time;
  for (const tick of batch.ticks) {
    const known = state.symbols.get(tick.symbol);
    const reason = faultOf(tick, { known, time: batch.time });
    if (reason !== null) {
      quarantined.push({ tick, reason });
      continue;
    }
    const sequence = known === undefined ? state.firstSequence : known.sequence + 1;
    state.symbols.set(tick.symbol, { sequence, venueTime: tick.venueTime });
    const { symbol, bid, ask, venueTime } = tick;
    quotes.push({ symbol, bid, ask, venueTime, receivedTime: at.receivedAt, sequence });
  }
  const due = at.aliveAt - state.saidAt >= defaultQuoteAges.heartbeatMs;
  if (quotes.length === 0 && !due) return { quotes, quarantined, heardAt: null };
  state.saidAt = at.aliveAt;
  return { quotes, quarantined, heardAt: quotes.length === 0 ? at.aliveAt : null };
}

function faultOf(
  tick: Tick,
  { known, time }: { known: SymbolState | undefined; time: EpochMs },
): QuarantineReason | null {
  if (findInstrument(tick.symbol) === undefined) return "unknown_symbol";
  if (!isPrice(tick.bid) || !isPrice(tick.ask)) return "not_a_price";
  if (tick.bid > tick.ask) return "crossed";
  if (tick.bid === tick.ask) return "locked";
  if (tick.venueTime > time + aheadMsMax) return "ahead_of_time";
  if (known !== undefined && tick.venueTime < known.venueTime) return "out_of_order";
  return null;
}

const isPrice = (points: number): boolean => Number.isSafeInteger(points) && points > 0;

/** How far the last word of a recording reaches past its last minute, so that every reader ends it. */
const closingMs = 5_000;

/** The market's time to say last when a recording ends: its last minute is over. */
export const closingTime = (lastTime: EpochMs): EpochMs =>
  epochMs(Math.ceil(lastTime / minuteMs) * minuteMs + closingMs);
