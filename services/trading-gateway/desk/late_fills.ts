/** Tells fills that are booked after the FX day they are dated in: their day's roll may be over. */

import { fxDayEnd, fxDayOf } from "../../../shared/domain/fx_week.ts";
import { type EpochMs, epochMs } from "../../../shared/domain/time.ts";
import type { OrderFilled } from "../../../shared/domain/transaction.ts";
import type { Booked } from "./decision.ts";

/** Remembers the day it is, for a calendar is slow to ask for every fill. */
export class LateFills {
  #beganAt = epochMs(0);
  #endsAt = epochMs(0);

  of(booked: readonly Booked[], now: EpochMs): OrderFilled[] {
    const late: OrderFilled[] = [];
    for (const { transaction } of booked) {
      if (transaction.type !== "order_filled") continue;
      if (now < this.#beganAt || now >= this.#endsAt) this.#turnTo(now);
      if (transaction.time < this.#beganAt) late.push(transaction);
    }
    return late;
  }

  #turnTo(now: EpochMs): void {
    const day = fxDayOf(now);
    this.#beganAt = fxDayEnd(day.subtract({ days: 1 }));
    this.#endsAt = fxDayEnd(day);
  }
}
