/** The newest bars of each symbol and side as clients read them, and what has come since the last flush. */

import type { LiveBar } from "../../../shared/contracts/messages/bars.ts";
import type { ChannelBoard, Update } from "./channel_board.ts";

/** Bars kept of one symbol and side: the one that grows, and those that may still be corrected. */
const barsKept = 8;

interface BarUpdate extends Update {
  readonly bar: LiveBar;
  /** JSON of the bar. */
  readonly text: string;
}

export class BarBoard implements ChannelBoard<BarUpdate> {
  /** By symbol and side, then by key; the one touched longest ago first. */
  readonly #series = new Map<string, Map<string, BarUpdate>>();
  #pending: BarUpdate[] = [];

  /** Takes a state of a bar unless one as new is held. */
  put(bar: LiveBar): void {
    const { symbol, side, openTime } = bar;
    const name = `${symbol} ${side}`;
    const key = `${name} ${openTime}`;
    let series = this.#series.get(name);
    if (series === undefined) this.#series.set(name, series = new Map());
    const held = series.get(key);
    if (held !== undefined && held.bar.version >= bar.version) return;
    const update = { key, symbol, bar, text: JSON.stringify(bar) };
    series.delete(key);
    series.set(key, update);
    if (series.size > barsKept) series.delete(series.keys().next().value!);
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
      const update = this.#series.get(key.slice(0, key.lastIndexOf(" ")))?.get(key);
      if (update !== undefined) found.push(update);
    }
    return found;
  }

  /** The latest bar of each side. */
  standing(symbols: ReadonlySet<string> | null): BarUpdate[] {
    const latest: BarUpdate[] = [];
    for (const series of this.#series.values()) {
      const bars = [...series.values()];
      if (symbols !== null && !symbols.has(bars[0]!.symbol)) continue;
      latest.push(bars.reduce((a, b) => (b.bar.openTime > a.bar.openTime ? b : a)));
    }
    return latest;
  }

  /** Bars are JSON in either protocol: they are few. */
  frame(kind: "snapshot" | "update", updates: readonly BarUpdate[]): string {
    const list = updates.map(({ text }) => text).join();
    return `{"type":"bars","snapshot":${kind === "snapshot"},"bars":[${list}]}`;
  }
}
