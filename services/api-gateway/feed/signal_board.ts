/**
 * Signals as clients read them: what has come since the last flush, the last ones of each symbol for
 * clients that resume, and of each study the newest that stands.
 */

import { resumeLimits } from "../../../shared/contracts/messages/feed.ts";
import { type LiveSignal, signalKey } from "../../../shared/contracts/messages/signals.ts";
import type { ChannelBoard, Missed, Seen, Update } from "./channel_board.ts";

interface SignalUpdate extends Update {
  readonly signal: LiveSignal;
  /** JSON of the signal. */
  readonly text: string;
}

/** What was told of one symbol, oldest first. */
type Told = SignalUpdate[];

export class SignalBoard implements ChannelBoard<SignalUpdate> {
  readonly #told = new Map<string, Told>();
  /** The newest state of every signal among them, by key. */
  readonly #newest = new Map<string, SignalUpdate>();
  #pending: SignalUpdate[] = [];

  /** Takes what is told of a symbol, unless it has been told already. */
  put(signal: LiveSignal): void {
    const { symbol, sequence } = signal;
    let told = this.#told.get(symbol);
    if (told === undefined) this.#told.set(symbol, told = []);
    if (told.length > 0 && told.at(-1)!.signal.sequence >= sequence) return;
    const key = signalKey(signal);
    const update = { key, symbol, signal, text: JSON.stringify(signal) };
    told.push(update);
    this.#newest.set(key, update);
    if (told.length > resumeLimits.signalsPerSymbol) {
      const oldest = told.shift()!;
      if (this.#newest.get(oldest.key) === oldest) this.#newest.delete(oldest.key);
    }
    this.#pending.push(update);
  }

  /** Signals do not change with time alone. */
  refresh(): void {}

  get pending(): number {
    return this.#pending.length;
  }

  takePending(): readonly SignalUpdate[] {
    const pending = this.#pending;
    if (pending.length > 0) this.#pending = [];
    return pending;
  }

  newest(keys: Iterable<string>): SignalUpdate[] {
    const found: SignalUpdate[] = [];
    for (const key of keys) {
      const update = this.#newest.get(key);
      if (update !== undefined) found.push(update);
    }
    return found;
  }

  /** Of each study and length of bars the newest signal that was not withdrawn. */
  standing(symbols: ReadonlySet<string> | null): SignalUpdate[] {
    const standing = new Map<string, SignalUpdate>();
    for (const update of this.#newest.values()) {
      const { symbol, study, granularity, time, state } = update.signal;
      if (state === "withdrawn" || (symbols !== null && !symbols.has(symbol))) continue;
      const name = `${symbol} ${study} ${granularity}`;
      const other = standing.get(name);
      if (other === undefined || other.signal.time < time) standing.set(name, update);
    }
    return [...standing.values()].sort((a, b) => a.signal.sequence - b.signal.sequence);
  }

  ahead(seen: Seen): string | undefined {
    return Object.keys(seen).find((symbol) => {
      const newest = this.#told.get(symbol)?.at(-1);
      return newest === undefined || newest.signal.sequence < seen[symbol]!;
    });
  }

  /** Everything told since; a symbol of which so much is not kept has a gap. */
  missed(seen: Seen): Missed<SignalUpdate> {
    const updates: SignalUpdate[] = [];
    const gaps: string[] = [];
    for (const [symbol, sequence] of Object.entries(seen)) {
      const told = this.#told.get(symbol) ?? [];
      const since = told.filter(({ signal }) => signal.sequence > sequence);
      const isComplete = since.length < told.length;
      if (isComplete && updates.length + since.length <= resumeLimits.updatesPerAnswer) {
        updates.push(...since);
      } else gaps.push(symbol);
    }
    return { updates, gaps };
  }

  /** Signals are JSON in either protocol: they are few. */
  frame(kind: "snapshot" | "update", updates: readonly SignalUpdate[]): string {
    const list = updates.map(({ text }) => text).join();
    return `{"type":"signals","snapshot":${kind === "snapshot"},"signals":[${list}]}`;
  }
}
