/** What a view reads from the platform, and reads again while it is shown. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export interface Polled<Value> {
  readonly value: Value | null;
  /** Why the last read failed; the value before it stays. */
  readonly failure: string | null;
}

/** Reads at once and every `everyMs`; anew when `key` changes. The second is to read now. */
export function usePoll<Value>(
  read: () => Promise<Value>,
  { key = "", everyMs }: { key?: string; everyMs: number },
): readonly [Signal<Polled<Value>>, () => void] {
  const polled = useSignal<Polled<Value>>({ value: null, failure: null });
  const now = async () => {
    try {
      polled.value = { value: await read(), failure: null };
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      polled.value = { ...polled.peek(), failure };
    }
  };
  useEffect(() => {
    polled.value = { value: null, failure: null };
    void now();
    const timer = setInterval(() => document.visibilityState === "visible" && void now(), everyMs);
    return () => clearInterval(timer);
  }, [key, everyMs]);
  return [polled, () => void now()];
}
