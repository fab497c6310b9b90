/** Which ticks become quotes, and when silence is worth a word. Pure but for the state it moves on. */

import { minuteMs } from "../../shared/domain/bar.ts";
import type { Price } from "../../shared/domain/instrument.ts";
import { defaultQuoteAges, type Quote } from "../../shared/domain/quote.ts";
import { type EpochMs, epochMs } from "../../shared/domain/time.ts";
import { tickFault, tickFaults } from "../../shared/venues/tick_faults.ts";
import type { Tick, TickBatch } from "../../shared/venues/venue.ts";
import { RecentTicks } from "./recent_ticks.ts";

/**
 * Why a tick is kept from everyone. `out_of_order`: older than its symbol's newest, of a live venue
 * by more than can be filed as late. `repeated`: a live venue's tick once more; the last one, as
 * after a reconnection, says that the price stands, and nothing new. `clock_off`: the venue's clock and
 * ours differ by more than the venue allows.
 */
export const quarantineReasons = [...tickFaults, "repeated", "clock_off"] as const;
export type QuarantineReason = (typeof quarantineReasons)[number];

/** Sequences per millisecond of the wall clock: more than any symbol ever moves. */
const sequencesPerMs = 1_000;
/** More quotes than any symbol has in one run: so far may one be ahead of another. */
const sequencesPerRun = 1e10;

const { heartbeatMs } = defaultQuoteAges;

interface SymbolState {
  readonly sequence: number;
  readonly venueTime: EpochMs;
  readonly bid: Price;
  readonly ask: Price;
}

/** Ticks of a symbol since its last good one that were refused, or came late. */
interface Refused {
  readonly since: EpochMs;
  /** Whether silence after a refused tick leaves the last price standing: it was newer. */
  readonly older: boolean;
}

/** Where ingest stands; one for the life of the process, over every reconnection of the venue. */
export interface IngestState {
  /** First sequence of every symbol: higher than any an earlier run gave. */
  readonly firstSequence: number;
  /** The highest given. */
  lastSequence: number;
  readonly symbols: Map<string, SymbolState>;
  /** Ticks of a live venue that a late one may repeat. */
  readonly recent: Map<string, RecentTicks>;
  /** Of the newest late quote of each symbol that had one. */
  readonly lateSequences: Map<string, number>;
  /** Symbols whose last price no longer stands. */
  readonly withdrawn: Set<string>;
  readonly refused: Map<string, Refused>;
  /** What readers have yet to be told of symbols: withdrawn or restored. */
  readonly untold: Map<string, "withdrawn" | "restored">;
  /** The venue's newest time. */
  venueTime: EpochMs;
  /** Market time of the newest word published. */
  saidAt: EpochMs;
}

/**
 * `startedAt` is the wall clock's, whatever clock the market runs on. That may since have been set
 * back, so sequences also begin above `last`, one of an earlier run where any is known.
 */
export function newIngestState(startedAt: EpochMs, last: number | null = null): IngestState {
  const above = last === null ? 0 : last + sequencesPerRun;
  const firstSequence = Math.max(startedAt * sequencesPerMs, above);
  return {
    firstSequence,
    lastSequence: firstSequence,
    symbols: new Map(),
    recent: new Map(),
    lateSequences: new Map(),
    withdrawn: new Set(),
    refused: new Map(),
    untold: new Map(),
    venueTime: epochMs(0),
    saidAt: epochMs(0),
  };
}

export interface Judged {
  readonly quotes: readonly Quote[];
  /** Of a live venue: older than the newest of their symbols, and new. */
  readonly late: readonly Quote[];
  readonly quarantined: readonly { readonly tick: Tick; readonly reason: QuarantineReason }[];
  /** A word beside the quotes: the venue was heard at this time, and what became of symbols. */
  readonly heard: Heard | null;
}

export interface Heard {
  readonly time: EpochMs;
  readonly withdrawn: readonly string[];
  readonly restored: readonly string[];
}

/** When a batch was in hand, and the time at which its venue is then known to be alive. */
export interface Moment {
  readonly receivedAt: EpochMs;
  readonly aliveAt: EpochMs;
  /** Not a recording: a repeated tick is no second price, and what is refused long is withdrawn. */
  readonly live?: boolean | undefined;
  /** How far the batch's time may lie from `receivedAt`; any, by default. */
  readonly clockMsMax?: number | undefined;
}

/** Judges a venue's batch; both times are the market's. */
export function judgeBatch(state: IngestState, batch: TickBatch, at: Moment): Judged {
  if (Math.abs(batch.time - at.receivedAt) > (at.clockMsMax ?? Infinity)) {
    // Neither clock can be believed, so nothing is said: silence makes every symbol stale.
    const quarantined = batch.ticks.map((tick) => ({ tick, reason: "clock_off" as const }));
    return { quotes: [], late: [], quarantined, heard: null };
  }
  const quotes: Quote[] = [];
  const late: Quote[] = [];
  const quarantined: { tick: Tick; reason: QuarantineReason }[] = [];
  if (batch.time > state.venueTime) state.venueTime = batch.time;
  for (const symbol of batch.withdrawn ?? []) withdraw(state, symbol);
  for (const tick of batch.ticks) {
    const verdict = judgeTick(state, tick, { time: batch.time, live: at.live });
    if (verdict === "good") {
      quotes.push(accept(state, tick, at));
      continue;
    }
    if (verdict === "late") late.push(fileLate(state, tick, at));
    else quarantined.push({ tick, reason: verdict });
    if (at.live) noteRefusal(state, tick, { verdict, at: at.receivedAt });
  }
  if (at.live) withdrawRefused(state, at.receivedAt);
  return { quotes, late, quarantined, heard: wordBeside(state, quotes.length, at.aliveAt) };
}

/** What a word said that nobody heard is told with the next, where it is still so. */
export function retell(state: IngestState, { withdrawn, restored }: Heard): void {
  for (const symbol of [...withdrawn, ...restored]) {
    state.untold.set(symbol, state.withdrawn.has(symbol) ? "withdrawn" : "restored");
  }
}

type Verdict = "good" | "late" | QuarantineReason;

function judgeTick(
  state: IngestState,
  tick: Tick,
  { time, live = false }: { time: EpochMs; live: boolean | undefined },
): Verdict {
  const known = state.symbols.get(tick.symbol);
  const fault = tickFault(tick, { after: known?.venueTime, time });
  if (!live || known === undefined) return fault ?? "good";
  if (fault === "out_of_order") {
    const recent = state.recent.get(tick.symbol);
    if (recent === undefined || !recent.reaches(tick.venueTime)) return fault;
    return recent.has(tick) ? "repeated" : "late";
  }
  if (fault !== null) return fault;
  const same = known.venueTime === tick.venueTime && known.bid === tick.bid &&
    known.ask === tick.ask;
  return same ? "repeated" : "good";
}

function accept(state: IngestState, tick: Tick, { receivedAt, live }: Moment): Quote {
  const { symbol, bid, ask, venueTime } = tick;
  const known = state.symbols.get(symbol);
  const sequence = known === undefined ? state.firstSequence : known.sequence + 1;
  if (sequence > state.lastSequence) state.lastSequence = sequence;
  state.symbols.set(symbol, { sequence, venueTime, bid, ask });
  state.refused.delete(symbol);
  state.withdrawn.delete(symbol);
  state.untold.delete(symbol); // the quote says it
  if (live) remember(state, tick);
  return { symbol, bid, ask, venueTime, receivedTime: receivedAt, sequence };
}

/** Numbered apart, so that no reader of the newest prices misses a number. */
function fileLate(state: IngestState, tick: Tick, { receivedAt }: Moment): Quote {
  const { symbol, bid, ask, venueTime } = tick;
  const last = state.lateSequences.get(symbol);
  const sequence = last === undefined ? state.firstSequence : last + 1;
  if (sequence > state.lastSequence) state.lastSequence = sequence;
  state.lateSequences.set(symbol, sequence);
  remember(state, tick);
  return { symbol, bid, ask, venueTime, receivedTime: receivedAt, sequence };
}

function remember(state: IngestState, tick: Tick): void {
  const recent = state.recent.get(tick.symbol);
  if (recent === undefined) state.recent.set(tick.symbol, new RecentTicks(tick));
  else recent.add(tick);
}

function withdraw(state: IngestState, symbol: string): void {
  if (state.withdrawn.has(symbol)) return;
  state.withdrawn.add(symbol);
  state.untold.set(symbol, "withdrawn");
}

/** A tick that was no new price: the one before it stands, is confirmed, or is in doubt. */
function noteRefusal(
  state: IngestState,
  { symbol, venueTime }: Tick,
  { verdict, at }: { verdict: Verdict; at: EpochMs },
): void {
  const known = state.symbols.get(symbol);
  if (known === undefined) return;
  if (verdict === "repeated" && venueTime === known.venueTime) {
    state.refused.delete(symbol);
    if (state.withdrawn.delete(symbol)) state.untold.set(symbol, "restored");
    return;
  }
  const since = state.refused.get(symbol)?.since ?? at;
  const older = verdict === "out_of_order" || verdict === "late" || verdict === "repeated";
  state.refused.set(symbol, { since, older });
  if (Math.abs(at - since) >= heartbeatMs) withdraw(state, symbol);
}

/** A heartbeat after a tick that could not be believed, the price before it no longer stands. */
function withdrawRefused(state: IngestState, now: EpochMs): void {
  for (const [symbol, { since, older }] of state.refused) {
    if (!older && Math.abs(now - since) >= heartbeatMs) withdraw(state, symbol);
  }
}

function wordBeside(state: IngestState, quotes: number, aliveAt: EpochMs): Heard | null {
  // Either way: a clock set back must not silence the venue until it has caught up.
  const due = Math.abs(aliveAt - state.saidAt) >= heartbeatMs;
  if (quotes > 0 || due) state.saidAt = aliveAt;
  if (state.untold.size === 0 && (quotes > 0 || !due)) return null;
  const told = [...state.untold];
  state.untold.clear();
  const of = (what: "withdrawn" | "restored") =>
    told.filter(([, one]) => one === what).map(([symbol]) => symbol);
  return { time: aliveAt, withdrawn: of("withdrawn"), restored: of("restored") };
}

/** How far the last word of a recording reaches past its last minute, so that every reader ends it. */
const closingMs = 5_000;

/** The market's time to say last when a recording ends: its last minute is over. */
export const closingTime = (lastTime: EpochMs): EpochMs =>
  epochMs(Math.ceil(lastTime / minuteMs) * minuteMs + closingMs);
