/** Bars in, what there is to tell of signals out; nothing here waits or asks for the time. */

import type { LiveBar } from "../../shared/contracts/messages/bars.ts";
import {
  type LiveSignal,
  signalKey,
  toLiveSignal,
} from "../../shared/contracts/messages/signals.ts";
import { type Bar, minuteMs } from "../../shared/domain/bar.ts";
import { parsePrice, type Price, type Symbol } from "../../shared/domain/instrument.ts";
import { instrumentOf } from "../../shared/domain/instruments.ts";
import {
  judgedBars,
  type Judgement,
  StudiedMinutes,
} from "../../shared/domain/signals/studied_minutes.ts";
import { epochMs } from "../../shared/domain/time.ts";

/** Minutes of a symbol that may wait to be judged; no more than are judged at once. */
const unjudgedMax = judgedBars / 2;

/** What is known of one symbol. */
interface Studied {
  readonly minutes: StudiedMinutes;
  /** Signals as they were told last, by key. */
  readonly told: Map<string, LiveSignal>;
  /** Everything told of the symbol has a higher one than what was told before. */
  lastSequence: number;
  newestMinute: number;
  unjudged: number;
}

export class Analyst {
  readonly #studied = new Map<string, Studied>();
  #due: LiveSignal[] = [];

  /** Takes what an earlier run told, in that order. */
  recall(signals: readonly LiveSignal[]): void {
    for (const signal of signals) noteTold(this.#of(signal.symbol), signal);
  }

  /** Takes finished minutes of the middle price, of which the newest alone are judged. */
  begin(bars: readonly Bar[]): void {
    for (const bar of bars) put(this.#of(bar.symbol), bar);
  }

  /** Takes what the archive tells of bars; those that still grow and other sides say nothing here. */
  take(bars: readonly LiveBar[]): void {
    for (const bar of bars) {
      if (bar.side !== "mid" || bar.state === "partial") continue;
      const studied = this.#of(bar.symbol);
      put(studied, toBar(bar));
      // However many come at once, as from a recording, each is judged.
      if (studied.unjudged >= unjudgedMax) this.#judge(studied);
    }
  }

  /** What there is to tell, in order of each symbol; the same again until `told` has been called. */
  due(): readonly LiveSignal[] {
    for (const studied of this.#studied.values()) if (studied.unjudged > 0) this.#judge(studied);
    return this.#due;
  }

  /** Forgets what was due and has been told. */
  told(signals: readonly LiveSignal[]): void {
    this.#due = this.#due.slice(signals.length);
  }

  #judge(studied: Studied): void {
    studied.unjudged = 0;
    for (const signal of changesOf(studied)) {
      noteTold(studied, signal);
      this.#due.push(signal);
    }
  }

  #of(symbol: string): Studied {
    let studied = this.#studied.get(symbol);
    if (studied === undefined) {
      studied = {
        minutes: new StudiedMinutes(),
        told: new Map(),
        lastSequence: 0,
        newestMinute: 0,
        unjudged: 0,
      };
      this.#studied.set(symbol, studied);
    }
    return studied;
  }
}

function put(studied: Studied, bar: Bar): void {
  studied.minutes.put(bar);
  studied.newestMinute = Math.max(studied.newestMinute, bar.openTime);
  studied.unjudged++;
}

function noteTold(studied: Studied, signal: LiveSignal): void {
  studied.told.set(signalKey(signal), signal);
  studied.lastSequence = Math.max(studied.lastSequence, signal.sequence);
}

/** Where what the bars now say differs from what was told. */
function changesOf(studied: Studied): LiveSignal[] {
  const { told } = studied;
  const changes: Omit<LiveSignal, "sequence">[] = [];
  for (const judgement of studied.minutes.judge()) {
    const held = heldBy(told, judgement);
    for (const signal of judgement.signals) {
      const one = toLiveSignal(signal, { state: "raised", sequence: 0 });
      const before = held.get(signal.time);
      held.delete(signal.time);
      if (before === undefined || !isSame(before, one)) changes.push(one);
    }
    for (const [time, before] of held) {
      if (time <= judgement.oldest) told.delete(signalKey(before));
      else if (time >= judgement.from && before.state === "raised") {
        changes.push({ ...before, state: "withdrawn" });
      }
    }
  }
  // The market's time keeps the numbers rising where the stream has lost what was told before.
  let sequence = Math.max(studied.lastSequence, studied.newestMinute + minuteMs);
  return changes.sort((a, b) => a.time - b.time).map((one) => ({ ...one, sequence: ++sequence }));
}

/** By time, what was told by one study of bars of one length. */
function heldBy(told: ReadonlyMap<string, LiveSignal>, { study, granularity }: Judgement) {
  const held = new Map<number, LiveSignal>();
  for (const one of told.values()) {
    if (one.study === study && one.granularity === granularity) held.set(one.time, one);
  }
  return held;
}

const isSame = (a: LiveSignal, b: LiveSignal): boolean =>
  a.state === b.state && a.direction === b.direction && a.price === b.price;

function toBar(bar: LiveBar): Bar {
  const symbol = bar.symbol as Symbol;
  const instrument = instrumentOf(symbol);
  const points = (text: string): Price => {
    const read = parsePrice(text, instrument);
    if (typeof read !== "number") throw new RangeError(`Cannot read ${text} of ${symbol}: ${read}`);
    return read;
  };
  return {
    symbol,
    side: bar.side,
    openTime: epochMs(bar.openTime),
    open: points(bar.open),
    high: points(bar.high),
    low: points(bar.low),
    close: points(bar.close),
    ticks: bar.ticks,
  };
}
