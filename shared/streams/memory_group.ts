/** One consumer group of an in-memory topic: where it stands and what it has not acknowledged. */

import type { Clock } from "../domain/time.ts";
import type { TopicLog } from "./topic_log.ts";

interface Pending {
  readonly deliveredAt: number;
  readonly deliveries: number;
}

export interface Taken {
  readonly sequence: number;
  readonly deliveries: number;
}

export class MemoryGroup {
  readonly #log: TopicLog;
  readonly #clock: Clock;
  /** Sequence of the next entry nobody of the group has seen. */
  #next: number;
  /** By sequence, in order of delivery, so the first is the one due first. */
  readonly #pending = new Map<number, Pending>();

  constructor(log: TopicLog, options: { clock: Clock; from: "start" | "now" }) {
    this.#log = log;
    this.#clock = options.clock;
    this.#next = options.from === "start" ? log.first : log.last + 1;
  }

  /** Overdue entries first, then new ones. */
  take(max: number, redeliverAfterMs: number): Taken[] {
    const taken = this.#takeOverdue(max, redeliverAfterMs);
    const now = this.#clock.now();
    this.#next = Math.max(this.#next, this.#log.first);
    while (taken.length < max && this.#next <= this.#log.last) {
      const sequence = this.#next++;
      this.#pending.set(sequence, { deliveredAt: now, deliveries: 1 });
      taken.push({ sequence, deliveries: 1 });
    }
    return taken;
  }

  ack(sequence: number): void {
    this.#pending.delete(sequence);
  }

  /** Milliseconds until something becomes overdue; infinite when nothing is pending. */
  dueInMs(redeliverAfterMs: number): number {
    for (const { deliveredAt } of this.#pending.values()) {
      return Math.max(1, deliveredAt + redeliverAfterMs - this.#clock.now());
    }
    return Infinity;
  }

  /** Kept entries the group has not acknowledged. */
  backlog(): number {
    const unread = this.#log.last - Math.max(this.#next, this.#log.first) + 1;
    let pending = 0;
    for (const sequence of this.#pending.keys()) if (sequence >= this.#log.first) pending++;
    return unread + pending;
  }

  #takeOverdue(max: number, redeliverAfterMs: number): Taken[] {
    const now = this.#clock.now();
    const taken: Taken[] = [];
    for (const [sequence, { deliveredAt, deliveries }] of this.#pending) {
      if (taken.length === max || now - deliveredAt < redeliverAfterMs) break;
      this.#pending.delete(sequence);
      if (sequence >= this.#log.first) taken.push({ sequence, deliveries: deliveries + 1 });
    }
    taken.sort((a, b) => a.sequence - b.sequence);
    for (const { sequence, deliveries } of taken) {
      this.#pending.set(sequence, { deliveredAt: now, deliveries });
    }
    return taken;
  }
}
