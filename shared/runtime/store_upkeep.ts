/** Keeps a store in shape while a process has it open. */

import type { Store } from "../storage/store.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Logger } from "./logger.ts";
import { pause } from "./time.ts";

const roundMs = 60_000;

/** A round every minute until the process stops; one that fails is tried again with the next. */
export function keepStore(
  { upkeep }: Pick<Store, "upkeep">,
  { lifecycle, logger, everyMs = roundMs }: {
    readonly lifecycle: Lifecycle;
    readonly logger: Logger;
    readonly everyMs?: number;
  },
): void {
  if (upkeep === null) return;
  lifecycle.run("store upkeep", async (signal) => {
    for (;;) {
      await pause(everyMs, signal);
      if (signal.aborted) return;
      await upkeep(signal).catch((err) => {
        logger.error({ err }, "upkeep of the store failed, will retry");
      });
    }
  });
}
