/** Keeps simulated, recorded and real prices from standing in one history. */

import type { Kysely } from "kysely";
import type { Logger } from "../../shared/runtime/logger.ts";
import { pause } from "../../shared/runtime/time.ts";
import { type PriceKind, priceKind } from "../../shared/venues/price_kind.ts";
import type { ArchiveDatabase } from "./archive_store.ts";

/** Pause before a store that could not be read is asked again. */
const retryMs = 500;

/** Where prices come from: a venue as quotes name it, and what its prices are. */
export interface PriceOrigin {
  readonly venue: string;
  readonly kind: PriceKind;
}

/** Live history is of another kind of prices. */
export class MixedPrices extends Error {
  override readonly name = "MixedPrices";

  constructor(held: PriceOrigin, asked: PriceOrigin) {
    super(
      `Cannot archive ${asked.kind} prices of the venue ${asked.venue}: the live history of this ` +
        `store is of ${held.kind} prices of the venue ${held.venue}, and both would stand in the ` +
        `same series. Start with another data folder (--data) or database, or with the venue ` +
        `${held.venue} again`,
    );
  }
}

/**
 * Remembers what kind of prices live history is made of; one that has none yet may become of any.
 * @throws MixedPrices when it is of another kind.
 */
export async function rememberPrices(
  db: Kysely<ArchiveDatabase>,
  asked: PriceOrigin,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { venue, price_kind: kind } = await trx.selectFrom("progress")
      .select(["venue", "price_kind"]).where("id", "=", 1).forUpdate().executeTakeFirstOrThrow();
    if (kind === asked.kind) return;
    const archived = await trx.selectFrom("symbols").select("symbol").limit(1).executeTakeFirst();
    // Without a kind the history is from before kinds were remembered: it is taken at its word.
    if (venue !== null && kind !== null && archived !== undefined) {
      throw new MixedPrices({ venue, kind: kind as PriceKind }, asked);
    }
    await trx.updateTable("progress").set({ venue: asked.venue, price_kind: asked.kind })
      .where("id", "=", 1).execute();
  });
}

/** Looks at the venue of everything that is to be archived, where nobody said it at the start. */
export class PriceGuard {
  readonly #db: Kysely<ArchiveDatabase>;
  readonly #logger: Logger;
  readonly #known = new Set<string>();
  readonly #mixed = Promise.withResolvers<never>();

  constructor(deps: { readonly db: Kysely<ArchiveDatabase>; readonly logger: Logger }) {
    this.#db = deps.db;
    this.#logger = deps.logger;
    this.#mixed.promise.catch(() => {}); // whoever waits for it hears it
  }

  /** Rejects once a venue gave prices that must not be mixed in: archiving has to end. */
  get mixed(): Promise<never> {
    return this.#mixed.promise;
  }

  /**
   * A store that fails is waited for.
   * @throws MixedPrices when one of the venues gives other prices than history has.
   */
  async check(venues: Iterable<string>, signal: AbortSignal): Promise<void> {
    for (const venue of new Set(venues)) {
      // What a composite is made of, its name does not tell.
      while (!this.#known.has(venue) && venue !== "composite") {
        signal.throwIfAborted();
        try {
          await rememberPrices(this.#db, { venue, kind: priceKind(venue) });
          this.#known.add(venue);
        } catch (error) {
          if (error instanceof MixedPrices) {
            this.#mixed.reject(error);
            throw error;
          }
          this.#logger.error({ err: error }, "kind of prices not read, will retry");
          await pause(retryMs, signal);
        }
      }
    }
  }
}
