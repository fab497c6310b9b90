/** What a view reads from the platform, and reads again while it is shown. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Newest } from "../core/newest.ts";
import { wordsOf } from "../core/words_of.ts";

export interface Polled<Value> {
  readonly value: Value | null;
  /** Why the last read failed; the value before it stays. */
  readonly failure: string | null;
}

export interface PollTerms {
  /** Names what is read: another key begins with nothing. */
  readonly key?: string;
  /** Milliseconds from read to read; left out: once. */
  readonly everyMs?: number;
}

/** Reads at once and again by its terms. The second is to read now. */
export function usePoll<Value>(
  read: () => Promise<Value>,
  { key = "", everyMs }: PollTerms = {},
): readonly [Signal<Polled<Value>>, () => void] {
  const polled = useSignal<Polled<Value>>({ value: null, failure: null });
  const poll = useRef<Poll<Value> | null>(null);
  poll.current ??= new Poll(polled);
  poll.current.read = read;
  const { current } = poll;
  useEffect(() => {
    current.begin();
    if (everyMs === undefined) return () => current.end();
    const timer = setInterval(() => current.again(), everyMs);
    return () => {
      clearInterval(timer);
      current.end();
    };
  }, [key, everyMs]);
  return [polled, current.now];
}

class Poll<Value> {
  read!: () => Promise<Value>;
  readonly #polled: Signal<Polled<Value>>;
  readonly #newest = new Newest();
  #isAsking = false;

  constructor(polled: Signal<Polled<Value>>) {
    this.#polled = polled;
  }

  begin(): void {
    this.#isAsking = false;
    this.#polled.value = { value: null, failure: null };
    this.now();
  }

  /** A platform that is slower than the poll is not asked twice at once. */
  again(): void {
    if (!this.#isAsking && document.visibilityState === "visible") this.now();
  }

  readonly now = (): void => void this.#ask();

  end(): void {
    this.#newest.turn();
  }

  async #ask(): Promise<void> {
    const isNewest = this.#newest.ask();
    this.#isAsking = true;
    const answer = await this.read().then(
      (value) => ({ value, failure: null }),
      (error) => ({ failure: wordsOf(error) }),
    );
    if (!isNewest()) return;
    this.#isAsking = false;
    this.#polled.value = { ...this.#polled.peek(), ...answer };
  }
}
