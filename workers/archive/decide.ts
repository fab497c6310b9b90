/**
 * From quotes to bars. Pure: the state before and a batch in, the state after and finished bars out,
 * and how the quotes were cut into batches never changes the bars.
 *
 * A minute is finished by a quote of a later minute of its symbol, or by the market's time, which
 * every quote and every sign of life moves on. Silent minutes of an open session become flat bars.
 * Nothing is made up across a closed session or an interruption of the feed: there the symbol
 * begins anew with its next quote.
 *
 * A minute is finished once. What concerns it afterwards, a late quote or the same time once more
 * after the clock was put back, is a correction: its bars are made again from all of its ticks.
 */

import {
  addToBar,
  type Bar,
  type BarSide,
  barSides,
  flatBarAfter,
  minuteMs,
  minuteOf,
  openBar,
} from "../../shared/domain/bar.ts";
import type { Price, Symbol } from "../../shared/domain/instrument.ts";
import type { Quote } from "../../shared/domain/quote.ts";
import { type EpochMs, epochMs } from "../../shared/domain/time.ts";

/** How long after its end a minute still takes quotes that were under way. */
export const graceMs = 2_000;
/** A longer step of the market's time is an interruption of the feed, not silence. */
const silenceMsMax = 120_000;
/** A longer step back is a recording begun again, not a clock put right. */
const backMsMax = 10_000;

/** What is kept of a symbol between batches; JSON-safe, since it is stored with its bars. */
export interface SymbolState {
  /** Of the newest quote seen; older ones are repeats. */
  readonly sequence: number;
  /** The same of quotes that ingest knew to be late, which are numbered apart. */
  readonly lateSequence: number;
  readonly venueTime: EpochMs;
  /** Quotes seen, each once. */
  readonly quotes: number;
  /** Of those, the ones whose minute was finished before they came. */
  readonly late: number;
  /** The newest minute that was finished, or put right, ends here; some before it may not have been. */
  readonly finishedUntil: EpochMs;
  /** Bars of the minute under way, flat until it has a quote. */
  readonly building: Building | null;
}

/** One bar a side; `null` instead after an interruption, until the next quote. */
export type Building = Readonly<Record<BarSide, Bar>> & {
  /** A quote came that is older than one before it: the minute has to be put right at its end. */
  readonly reordered?: boolean;
};

/** A stored minute whose bars have to be made again from its ticks. */
export interface Correction {
  readonly symbol: Symbol;
  readonly minute: EpochMs;
  /** The market's time from which it is to be made; left out, now. */
  readonly notBefore?: EpochMs;
}

export interface ArchiveState {
  /** The market's time as the topic told it; 0 before the first word. */
  readonly heardAt: EpochMs;
  readonly symbols: ReadonlyMap<string, SymbolState>;
}

export const emptyArchive: ArchiveState = { heardAt: epochMs(0), symbols: new Map() };

/** A tick that was refused before, to be filed once by its id. */
export interface ReleasedTick {
  readonly releaseId: string;
  readonly symbol: Symbol;
  readonly venueTime: EpochMs;
  readonly bid: Price;
  readonly ask: Price;
}

/** What the topic says, one quote or sign of life at a time. */
export type Heard =
  | { readonly quotes: readonly Quote[] }
  | { readonly late: readonly Quote[] }
  | { readonly released: ReleasedTick }
  | { readonly time: EpochMs };

export interface ArchiveEffects {
  readonly state: ArchiveState;
  /** Symbols whose state changed. */
  readonly changed: ReadonlySet<string>;
  /** Finished bars, in the order they were finished. */
  readonly bars: readonly Bar[];
  /** Quotes that were new, by symbol, as they came. */
  readonly ticks: ReadonlyMap<Symbol, readonly Quote[]>;
  /** Released ticks, each once, some of which may have been filed before. */
  readonly released: readonly ReleasedTick[];
  /** Minutes that quotes came too late for, or out of order; or that came twice. */
  readonly corrections: readonly Correction[];
  /** Minutes of `bars` that may have been finished before: those that history has are corrections. */
  readonly again: readonly Correction[];
  /** How many quotes were new. */
  readonly quotes: number;
  readonly late: number;
  readonly repeats: number;
}

/** Whether an instrument's market is open at a moment; `TradingHours` is one. */
export interface Hours {
  of(symbol: string): { isOpen(at: EpochMs): boolean };
}

export function archiveBatch(
  before: ArchiveState,
  batch: readonly Heard[],
  hours: Hours,
): ArchiveEffects {
  const desk = new BarDesk(before, hours);
  for (const heard of batch) {
    if ("time" in heard) desk.hear(heard.time);
    else if ("late" in heard) { for (const quote of heard.late) desk.takeLate(quote); }
    else if ("released" in heard) desk.release(heard.released);
    else for (const quote of heard.quotes) desk.take(quote);
  }
  return desk.effects();
}

class BarDesk {
  readonly #hours: Hours;
  readonly #symbols: Map<string, SymbolState>;
  readonly #changed = new Set<string>();
  readonly #bars: Bar[] = [];
  readonly #ticks = new Map<Symbol, Quote[]>();
  readonly #released = new Map<string, ReleasedTick>();
  readonly #corrections = new Map<string, Correction>();
  readonly #finished = new Set<string>();
  readonly #again: Correction[] = [];
  readonly #counts = { quotes: 0, late: 0, repeats: 0 };
  #heardAt: EpochMs;
  /** No minute is due before this moment. */
  #nextDue: number;

  constructor(before: ArchiveState, hours: Hours) {
    this.#hours = hours;
    this.#symbols = new Map(before.symbols);
    this.#heardAt = before.heardAt;
    this.#nextDue = this.#earliestDue();
  }

  effects(): ArchiveEffects {
    return {
      state: { heardAt: this.#heardAt, symbols: this.#symbols },
      changed: this.#changed,
      bars: this.#bars,
      ticks: this.#ticks,
      released: [...this.#released.values()],
      corrections: [...this.#corrections.values()],
      again: this.#again,
      ...this.#counts,
    };
  }

  take(quote: Quote): void {
    const known = this.#symbols.get(quote.symbol);
    if (known !== undefined && quote.sequence <= known.sequence) {
      this.#counts.repeats++;
      return;
    }
    // A quote of a quiet symbol may be old by the venue's time, but is never received in the past;
    // and one of a venue whose clock is ahead of ours may be received in it, but is not old.
    if (Math.max(quote.receivedTime, quote.venueTime) < this.#heardAt - backMsMax) {
      this.#beginAnew(quote.venueTime);
    }
    this.hear(quote.venueTime);
    this.#file(quote, { sequence: quote.sequence });
  }

  /** A quote that newer ones of its symbol came before; it says nothing of the market's time. */
  takeLate(quote: Quote): void {
    const known = this.#symbols.get(quote.symbol);
    if (known !== undefined && quote.sequence <= known.lateSequence) {
      this.#counts.repeats++;
      return;
    }
    this.#file(quote, { lateSequence: quote.sequence });
  }

  /** Its minute is made from the ticks that are filed then, now or when it is over. */
  release(tick: ReleasedTick): void {
    this.#released.set(tick.releaseId, tick);
    const minute = minuteOf(tick.venueTime);
    const state = this.#symbols.get(tick.symbol);
    const building = state?.building ?? null;
    if (state !== undefined && building?.bid.openTime === minute) {
      this.#set(tick.symbol, { ...state, building: { ...building, reordered: true } });
    } else if (endOf(minute) <= this.#heardAt) this.#correct(tick.symbol, minute);
    else {
      // Quotes of the minute are still to come here: its own bar must be there first.
      const correction = {
        symbol: tick.symbol,
        minute,
        notBefore: epochMs(endOf(minute) + graceMs),
      };
      this.#corrections.set(minuteKey(tick.symbol, minute), correction);
    }
  }

  #file(quote: Quote, seen: { sequence: number } | { lateSequence: number }): void {
    // Read only now: the market's time may just have finished its minute.
    const state = this.#symbols.get(quote.symbol) ?? unseen;
    const { building } = state;
    const minute = minuteOf(quote.venueTime);
    const late = building === null ? this.#isLate(quote, state) : minute < building.bid.openTime;
    if (late) this.#correct(quote.symbol, minute);
    this.#counts.quotes++;
    if (late) this.#counts.late++;
    this.#keep(quote);
    const after = late
      ? afterLate(state, quote)
      : building !== null && quote.venueTime < state.venueTime
      ? { ...state, building: reordered(building, quote) }
      : this.#fold(state, quote);
    this.#set(quote.symbol, {
      ...after,
      ...seen,
      // With nothing under way the symbol begins anew, also at an earlier time.
      venueTime: building === null ? quote.venueTime : latest(quote.venueTime, state.venueTime),
      quotes: state.quotes + 1,
    });
  }

  /** With nothing under way: whether the quote belongs to a minute that is over. */
  #isLate({ venueTime }: Quote, { finishedUntil }: SymbolState): boolean {
    if (venueTime < this.#heardAt - silenceMsMax) return true;
    // The clock was put back to before what was finished: that time comes once more.
    const again = finishedUntil > this.#heardAt;
    return venueTime < finishedUntil && !again;
  }

  /** The market's time is at least this. */
  hear(at: EpochMs): void {
    if (at - this.#heardAt > silenceMsMax) this.#beginAnew(at);
    if (at <= this.#heardAt) return;
    this.#heardAt = at;
    if (at < this.#nextDue) return;
    for (const [symbol, state] of this.#symbols) {
      if (state.building === null || at < dueOf(state.building)) continue;
      this.#set(symbol, this.#advance(state, epochMs(at - graceMs)));
    }
    this.#nextDue = this.#earliestDue();
  }

  #fold(before: SymbolState, quote: Quote): SymbolState {
    const state = this.#advance(before, minuteOf(quote.venueTime));
    const current = state.building;
    const building = current === null || current.bid.ticks === 0
      ? eachSide((side) => openBar(quote, side))
      : { ...current, ...eachSide((side) => addToBar(current[side], quote)) };
    this.#nextDue = Math.min(this.#nextDue, dueOf(building));
    return { ...state, building };
  }

  /** Finishes the minutes that end by `until`; a closed session ends the thread. */
  #advance(from: SymbolState, until: EpochMs): SymbolState {
    let state = from;
    for (let { building } = state; building !== null; { building } = state) {
      const next = endOf(building.bid.openTime);
      if (next > until) break;
      const done = building;
      const goesOn = this.#hours.of(building.bid.symbol).isOpen(next);
      state = {
        ...this.#finish(state, done),
        building: goesOn ? eachSide((side) => flatBarAfter(done[side], next)) : null,
      };
    }
    return state;
  }

  /** Finishes what has quotes and forgets the rest: nothing may be continued from here. */
  #beginAnew(at: EpochMs): void {
    for (const [symbol, state] of this.#symbols) {
      const { building } = state;
      if (building === null) continue;
      const ended = building.bid.ticks > 0 ? this.#finish(state, building) : state;
      this.#set(symbol, { ...ended, building: null });
    }
    this.#nextDue = Infinity;
    this.#heardAt = at;
  }

  #keep(quote: Quote): void {
    const kept = this.#ticks.get(quote.symbol);
    if (kept === undefined) this.#ticks.set(quote.symbol, [quote]);
    else kept.push(quote);
  }

  #correct(symbol: Symbol, minute: EpochMs): void {
    this.#corrections.set(minuteKey(symbol, minute), { symbol, minute });
  }

  #finish(state: SymbolState, building: Building): SymbolState {
    const { symbol, openTime } = building.bid;
    const key = minuteKey(symbol, openTime);
    const twice = this.#finished.has(key);
    if (building.reordered || twice) this.#correct(symbol, openTime);
    if (twice) return state;
    this.#finished.add(key);
    for (const side of barSides) this.#bars.push(building[side]);
    if (openTime < state.finishedUntil) this.#again.push({ symbol, minute: openTime });
    return { ...state, finishedUntil: latest(state.finishedUntil, endOf(openTime)) };
  }

  #set(symbol: string, state: SymbolState): void {
    this.#symbols.set(symbol, state);
    this.#changed.add(symbol);
  }

  #earliestDue(): number {
    let earliest = Infinity;
    for (const { building } of this.#symbols.values()) {
      if (building !== null) earliest = Math.min(earliest, dueOf(building));
    }
    return earliest;
  }
}

export const minuteKey = (symbol: Symbol, minute: EpochMs): string => `${symbol} ${minute}`;

const endOf = (minute: EpochMs): EpochMs => epochMs(minute + minuteMs);

const dueOf = ({ bid }: Building): number => endOf(bid.openTime) + graceMs;

const latest = (a: EpochMs, b: EpochMs): EpochMs => a > b ? a : b;

/** A late quote that is the symbol's newest is what silent minutes carry on. */
function afterLate(state: SymbolState, quote: Quote): SymbolState {
  const { building, venueTime } = state;
  const finishedUntil = latest(state.finishedUntil, endOf(minuteOf(quote.venueTime)));
  const after = { ...state, late: state.late + 1, finishedUntil };
  if (building === null || building.bid.ticks > 0 || quote.venueTime < venueTime) return after;
  const carried = (side: BarSide) => flatBarAfter(openBar(quote, side), building[side].openTime);
  return { ...after, building: eachSide(carried) };
}

/** An older quote widens the minute and counts; what it opened and closed at is found at its end. */
function reordered(building: Building, quote: Quote): Building {
  if (building.bid.ticks === 0) {
    return { ...eachSide((side) => openBar(quote, side)), reordered: true };
  }
  const widened = eachSide((side) => ({
    ...addToBar(building[side], quote),
    close: building[side].close,
  }));
  return { ...widened, reordered: true };
}

const eachSide = (make: (side: BarSide) => Bar): Building => ({
  bid: make("bid"),
  ask: make("ask"),
  mid: make("mid"),
});

const unseen: SymbolState = {
  sequence: -1,
  lateSequence: -1,
  venueTime: epochMs(0),
  quotes: 0,
  late: 0,
  finishedUntil: epochMs(0),
  building: null,
};
