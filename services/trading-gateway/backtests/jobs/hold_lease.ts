/** Keeps a lease alive while its holder works, and ends the work before anybody else can begin it. */

import { pause } from "../../../../shared/runtime/time.ts";

export interface HeldLease {
  /** Renews it; whether it was still held. Rejects where nobody could be asked. */
  readonly beat: () => Promise<boolean>;
  readonly beatEveryMs: number;
  /** How long it lasts from the moment a beat is asked for. */
  readonly leaseMs: number;
  readonly onError: (error: unknown) => void;
}

/**
 * Until `work` aborts. Aborts it itself as soon as the lease is gone, and one beat before it would
 * run out where none could be renewed: a beat that is never answered is no reason to go on.
 */
export async function holdLease(lease: HeldLease, work: AbortController): Promise<void> {
  const { beat, beatEveryMs, leaseMs, onError } = lease;
  const { signal } = work;
  const end = () => work.abort();
  const endAfter = (askedAt: number) =>
    setTimeout(end, Math.max(0, askedAt + leaseMs - beatEveryMs - performance.now()));
  let silence = endAfter(performance.now());
  try {
    for (await pause(beatEveryMs, signal); !signal.aborted; await pause(beatEveryMs, signal)) {
      const askedAt = performance.now();
      try {
        if (!await beat()) return end();
        clearTimeout(silence);
        silence = endAfter(askedAt);
      } catch (error) {
        onError(error);
      }
    }
  } finally {
    clearTimeout(silence);
  }
}
