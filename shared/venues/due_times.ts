/** When something is due at a fill engine without a price: latency, the end of a wait, expiry. */

import type { OrderId } from "../domain/ids.ts";
import { type EpochMs, epochMs } from "../domain/time.ts";
import { isImmediate } from "./matching.ts";
import { MinHeap } from "./min_heap.ts";
import type { HeldOrder } from "./venue.ts";

/** A moment at which an order reaches the market, gives up waiting, or expires. */
export interface Due {
  readonly at: EpochMs;
  readonly orderId: OrderId;
  /** Breaks ties in the order of submission. */
  readonly turn: number;
}

export class DueTimes {
  readonly #held: ReadonlyMap<OrderId, HeldOrder>;
  readonly #waitMsMax: number;
  readonly #heap = new MinHeap<Due>((a, b) => a.at < b.at || (a.at === b.at && a.turn < b.turn));
  #turn = 0;

  /** `held` are the engine's orders, as they change; immediate ones wait so long at most. */
  constructor(held: ReadonlyMap<OrderId, HeldOrder>, waitMsMax: number) {
    this.#held = held;
    this.#waitMsMax = waitMsMax;
  }

  schedule(held: HeldOrder): void {
    const { orderId, expireTime } = held.order;
    const turn = this.#turn++;
    this.#heap.push({ at: held.activeAt, orderId, turn });
    if (expireTime !== null) this.#heap.push({ at: expireTime, orderId, turn });
    if (isImmediate(held.order)) this.#heap.push({ at: this.#givesUpAt(held), orderId, turn });
  }

  /** Whether there may be something due by a moment. */
  hasBy(at: EpochMs): boolean {
    const next = this.#heap.peek();
    return next !== undefined && next.at <= at;
  }

  pop(): Due | undefined {
    return this.#heap.pop();
  }

  /** The next moment at which something is due indeed; `Infinity` when there is none. */
  nextAt(): number {
    for (let due = this.#heap.peek(); due !== undefined; due = this.#heap.peek()) {
      if (this.#isDue(due)) return due.at;
      this.#heap.pop();
    }
    return Infinity;
  }

  /** Whether an immediate order has waited long enough. */
  isOver(held: HeldOrder, at: EpochMs): boolean {
    return isImmediate(held.order) && at >= this.#givesUpAt(held);
  }

  /** The order may have ended, or have other terms. */
  #isDue({ at, orderId }: Due): boolean {
    const held = this.#held.get(orderId);
    if (held === undefined) return false;
    const { expireTime } = held.order;
    return !held.acknowledged || (expireTime !== null && at >= expireTime) ||
      this.isOver(held, at);
  }

  #givesUpAt = (held: HeldOrder): EpochMs => epochMs(held.activeAt + this.#waitMsMax);
}
