/**
 * From quotes to bars. Pure: the state before and a batch in, the state after and finished bars out,
 * and how the quotes were cut into batches never changes the bars.
 *
 * A minute is finished by a quote of a later minute of its symbol, or by the market's time, which
 * every quote and every sign of life moves on. Silent minutes of an open session become flat bars.
 * Nothing is made up across a closed session or an interruption of the feed: there the symbol
 * begins anew with its next quote.
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
import type { Symbol } from "../../shared/domain/instrument.ts";
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
  readonly venueTime: EpochMs;
  /** Quotes seen, each once. */
  readonly quotes: number;
  /** Of those, the ones whose minute was finished before they came. */
  readonly late: number;
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
}

export interface ArchiveState {
  /** The market's time as the topic told it; 0 before the first word. */
  readonly heardAt: EpochMs;
  readonly symbols: ReadonlyMap<string, SymbolState>;
}

export const emptyArchive: ArchiveState = { heardAt: epochMs(0), symbols: new Map() };

/** What the topic says, one quote or sign of life at a time. */
export type Heard = { readonly quotes: readonly Quote[] } | { readonly time: EpochMs };

export interface ArchiveEffects {
  readonly state: ArchiveState;
  /** Symbols whose state changed. */
  readonly changed: ReadonlySet<string>;
  /** Finished bars, in the order they were finished. */
  readonly bars: readonly Bar[];
  /** Quotes that were new, by symbol, as they came. */
  readonly ticks: ReadonlyMap<Symbol, readonly Quote[]>;
  /** Minutes that quotes came too late for, or out of order. */
  readonly corrections: readonly Correction[];
  /** How many quotes were new. */
  readonly quotes: number;
  readonly late: number;
  readonly repeats: number;
}

/** Whether the market is open at a moment; `TradingHours` is one. */
export interface Hours {
  isOpen(at: EpochMs): boolean;
}

export function archiveBatch(
  before: ArchiveState,
  batch: readonly Heard[],
  hours: Hours,
): ArchiveEffects {
  const desk = new BarDesk(before, hours);
  for (const heard of batch) {
    if ("time" in heard) desk.hear(heard.time);
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
  readonly #corrections = new Map<string, Correction>();
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
      corrections: [...this.#corrections.values()],
      ...this.#counts,
    };
  }

  take(quote: Quote): void {
    const known = this.#symbols.get(quote.symbol);
    if (known !== undefined && quote.sequence <= known.sequence) {
      this.#counts.repeats++;
      return;
    }
    // A quote of a quiet symbol may be old by the venue's time, but is never received in the past.
    if (quote.receivedTime < this.#heardAt - backMsMax) this.#beginAnew(quote.venueTime);
    this.hear(quote.venueTime);
    // Read only now: the market's time may just have finished its minute.
    const state = this.#symbols.get(quote.symbol) ?? unseen;
    const { building } = state;
    const late = quote.venueTime < (building?.bid.openTime ?? this.#heardAt - silenceMsMax) ||
      (building === null && this.#isFinished(quote, state));
    if (late) this.#correct(quote.symbol, minuteOf(quote.venueTime));
    this.#counts.quotes++;
    if (late) this.#counts.late++;
    this.#keep(quote);
    this.#set(quote.symbol, {
      sequence: quote.sequence,
      // With nothing under way the symbol begins anew, also at an earlier time.
      venueTime: building === null ? quote.venueTime : latest(quote.venueTime, state.venueTime),
      quotes: state.quotes + 1,
      late: state.late + (late ? 1 : 0),
      building: late
        ? carried(building, quote, state)
        : building !== null && quote.venueTime < state.venueTime
        ? reordered(building, quote)
        : this.#fold(building, quote),
    });
  }

  /** After a silence a quote may still belong to a minute that the silence finished. */
  #isFinished(quote: Quote, { quotes, venueTime }: SymbolState): boolean {
    return quotes > 0 && venueTime <= this.#heardAt &&
      minuteOf(quote.venueTime) <= minuteOf(venueTime);
  }

  /** The market's time is at least this. */
  hear(at: EpochMs): void {
    if (at - this.#heardAt > silenceMsMax) this.#beginAnew(at);
    if (at <= this.#heardAt) return;
    this.#heardAt = at;
    if (at < this.#nextDue) return;
    for (const [symbol, state] of this.#symbols) {
      const { building } = state;
      if (building === null || at < dueOf(building)) continue;
      this.#set(symbol, { ...state, building: this.#advance(building, epochMs(at - graceMs)) });
    }
    this.#nextDue = this.#earliestDue();
  }

  #fold(building: Building | null, quote: Quote): Building {
    const current = building === null ? null : this.#advance(building, minuteOf(quote.venueTime));
    const next = current === null || current.bid.ticks === 0
      ? eachSide((side) => openBar(quote, side))
      : { ...current, ...eachSide((side) => addToBar(current[side], quote)) };
    this.#nextDue = Math.min(this.#nextDue, dueOf(next));
    return next;
  }

  /** Finishes the minutes that end by `until`; `null` where a closed session ends the thread. */
  #advance(from: Building, until: EpochMs): Building | null {
    let building = from;
    while (building.bid.openTime + minuteMs <= until) {
      this.#finish(building);
      const done = building;
      const next = epochMs(done.bid.openTime + minuteMs);
      if (!this.#hours.isOpen(next)) return null;
      building = eachSide((side) => flatBarAfter(done[side], next));
    }
    return building;
  }

  /** Finishes what has quotes and forgets the rest: nothing may be continued from here. */
  #beginAnew(at: EpochMs): void {
    for (const [symbol, state] of this.#symbols) {
      if (state.building !== null) this.#set(symbol, { ...state, building: this.#endOf(state) });
    }
    this.#nextDue = Infinity;
    this.#heardAt = at;
  }

  #endOf({ building }: SymbolState): null {
    if (building !== null && building.bid.ticks > 0) this.#finish(building);
    return null;
  }

  #keep(quote: Quote): void {
    const kept = this.#ticks.get(quote.symbol);
    if (kept === undefined) this.#ticks.set(quote.symbol, [quote]);
    else kept.push(quote);
  }

  #correct(symbol: Symbol, minute: EpochMs): void {
    this.#corrections.set(`${symbol} ${minute}`, { symbol, minute });
  }

  #finish(building: Building): void {
    if (building.reordered) this.#correct(building.bid.symbol, building.bid.openTime);
    for (const side of barSides) this.#bars.push(building[side]);
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

const dueOf = ({ bid }: Building): number => bid.openTime + minuteMs + graceMs;

const latest = (a: EpochMs, b: EpochMs): EpochMs => a > b ? a : b;

/** A late quote that is the symbol's newest is what silent minutes carry on. */
function carried(building: Building | null, quote: Quote, state: SymbolState): Building | null {
  if (building === null || building.bid.ticks > 0 || quote.venueTime < state.venueTime) {
    return building;
  }
  return eachSide((side) => flatBarAfter(openBar(quote, side), building[side].openTime));
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
  venueTime: epochMs(0),
  quotes: 0,
  late: 0,
  building: null,
};
