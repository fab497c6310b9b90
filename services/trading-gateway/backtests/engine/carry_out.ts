/** Hands a venue's engine what the desk asks, through the texts that travel between the two live. */

import {
  fromReplaceData,
  fromSubmittedData,
  toReplaceData,
  toSubmittedData,
} from "../../../../shared/contracts/messages/orders.ts";
import type { EpochMs } from "../../../../shared/domain/time.ts";
import type { EngineEffects, FillEngine } from "../../../../shared/venues/venue.ts";
import type { VenueCommand } from "../../desk/venue_command.ts";

export function carryOut(engine: FillEngine, command: VenueCommand, now: EpochMs): EngineEffects {
  const { order } = command;
  switch (command.kind) {
    case "submit":
      return engine.submit(fromSubmittedData(toSubmittedData(order)), now);
    case "replace": {
      const data = toReplaceData(order, command.replacement, command.at);
      return engine.replace(order.orderId, fromReplaceData(data), now);
    }
    case "cancel":
      return engine.cancel(order.orderId, now);
  }
}
