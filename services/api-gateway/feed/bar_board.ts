/**
 * The newest bars of each symbol and side as clients read them, what has come since the last flush,
 * and the last hour for clients that resume.
 */

import type { LiveBar } from "../../../shared/contracts/messages/bars.ts";
import { resumeLimits } from "../../../shared/contracts/messages/feed.ts";
import type { ChannelBoard, Missed, Seen, Update } from "./channel_board.ts";

interface BarUpdate extends Update {
  readonly bar: LiveBar;
  /** JSON of the bar. */
  readonly text: string;
}

/** Bars of one symbol and side. */
interface Series {
  readonly symbol: string;
  /** By key; the one touched longest ago first. */
  readonly bars: Map<string, BarUpdate>;
  /** From this open time on every bar is kept; a correction alone says nothing of the others. */
  completeFrom: number;
}

export class BarBoard implements ChannelBoard<BarUpdate> {
  /** By symbol and side. */
  readonly #series = new Map<string, Series>();
  #pending: BarUpdate[] = [];

  /** Takes a state of a bar unless one as new is held. */
  put(bar: LiveBar): void {
    const { symbol, side, openTime } = bar;
    const name = `${symbol} ${side}`;
    const key = `${name} ${openTime}`;
    let series = this.#series.get(name);
    if (series === undefined) {
      this.#series.set(name, series = { symbol, bars: new Map(), completeFrom: Infinity });
    }
    if (series.completeFrom === Infinity && bar.state !== "corrected") {
      series.completeFrom = openTime;
    }
    const { bars } = series;
    const held = bars.get(key);
    if (held !== undefined && held.bar.version >= bar.version) return;
    const update = { key, symbol, bar, text: JSON.stringify(bar) };
    bars.delete(key);
    bars.set(key, update);
    if (bars.size > resumeLimits.barsPerSymbol) {
      const [oldest] = bars.values();
      bars.delete(oldest!.key);
      series.completeFrom = Math.max(series.completeFrom, oldest!.bar.openTime + 1);
    }
    this.#pending.push(update);
  }

  /** Bars do not change with time alone. */
  refresh(): void {}

  get pending(): number {
    return this.#pending.length;
  }

  takePending(): readonly BarUpdate[] {
    const pending = this.#pending;
    if (pending.length > 0) this.#pending = [];
    return pending;
  }

  newest(keys: Iterable<string>): BarUpdate[] {
    const found: BarUpdate[] = [];
    for (const key of keys) {
      const update = this.#series.get(key.slice(0, key.lastIndexOf(" ")))?.bars.get(key);
      if (update !== undefined) found.push(update);
    }
    return found;
  }

  /** The latest bar of each side. */
  standing(symbols: ReadonlySet<string> | null): BarUpdate[] {
    const latest: BarUpdate[] = [];
    for (const { symbol, bars } of this.#series.values()) {
      if (symbols === null || symbols.has(symbol)) latest.push(latestOf(bars));
    }
    return latest;
  }

  ahead(seen: Seen): string | undefined {
    return Object.keys(seen).find((symbol) => {
      const latest = this.standing(new Set([symbol]));
      return latest.every(({ bar }) => bar.openTime < seen[symbol]!);
    });
  }

  /**
   * Bars as they now are: those that opened at the position or later, and of earlier ones those that
   * were corrected, since nobody knows whether the client has seen that.
   */
  missed(seen: Seen): Missed<BarUpdate> {
    const updates: BarUpdate[] = [];
    const gaps: string[] = [];
    for (const symbol of Object.keys(seen)) {
      const series = [...this.#series.values()].filter((one) => one.symbol === symbol);
      const bars = series.flatMap((one) => [...one.bars.values()])
        .filter(({ bar }) => bar.openTime >= seen[symbol]! || bar.state === "corrected")
        .sort((a, b) => a.bar.openTime - b.bar.openTime);
      const isComplete = series.every(({ completeFrom }) => completeFrom <= seen[symbol]!);
      if (isComplete && updates.length + bars.length <= resumeLimits.updatesPerAnswer) {
        updates.push(...bars);
      } else gaps.push(symbol);
    }
    return { updates, gaps };
  }

  /** Bars are JSON in either protocol: they are few. */
  frame(kind: "snapshot" | "update", updates: readonly BarUpdate[]): string {
    const list = updates.map(({ text }) => text).join();
    return `{"type":"bars","snapshot":${kind === "snapshot"},"bars":[${list}]}`;
  }
}

const latestOf = (bars: ReadonlyMap<string, BarUpdate>): BarUpdate =>
  [...bars.values()].reduce((a, b) => (b.bar.openTime > a.bar.openTime ? b : a));
