/** Backtests as the database keeps them: every change is one statement, guarded by the state. */

import type { Kysely, Selectable } from "kysely";
import type { BacktestReport } from "../../../../shared/contracts/http/backtest_report.ts";
import {
  type BacktestState,
  type CreateBacktestBody,
  endedBacktestsMax,
  waitingBacktestsMax,
} from "../../../../shared/contracts/http/backtests.ts";
import { type EpochMs, toRfc3339 } from "../../../../shared/domain/time.ts";
import type { TradingDatabase } from "../../desk/tables.ts";

/** All but the report, which may be megabytes. */
const columns = [
  "backtest_id",
  "state",
  "asked",
  "created_at",
  "started_at",
  "finished_at",
  "failure",
  "digest",
] as const;
export type BacktestRow = Pick<
  Selectable<TradingDatabase["backtests"]>,
  (typeof columns)[number]
>;

const ended: readonly BacktestState[] = ["done", "failed", "canceled"];

export class BacktestStore {
  readonly #db: Kysely<TradingDatabase>;

  constructor(db: Kysely<TradingDatabase>) {
    this.#db = db;
  }

  /** Lets a backtest wait for its turn, unless its id is taken; forgets the oldest that have ended. */
  async create(
    asked: CreateBacktestBody,
    now: EpochMs,
  ): Promise<"created" | "taken" | "too_many_backtests"> {
    return await this.#db.transaction().execute(async (trx) => {
      const { backtestId: backtest_id } = asked;
      const taken = await trx.selectFrom("backtests").select("backtest_id")
        .where("backtest_id", "=", backtest_id).executeTakeFirst();
      if (taken !== undefined) return "taken";
      const { waiting } = await trx.selectFrom("backtests").where("state", "=", "queued")
        .select((one) => one.fn.countAll<string>().as("waiting")).executeTakeFirstOrThrow();
      if (Number(waiting) >= waitingBacktestsMax) return "too_many_backtests";
      const newest = await trx.selectFrom("backtests").select("sequence")
        .orderBy("sequence", "desc").limit(1).executeTakeFirst();
      const { numInsertedOrUpdatedRows } = await trx.insertInto("backtests").values({
        backtest_id,
        sequence: (newest?.sequence ?? 0) + 1,
        state: "queued",
        asked: JSON.stringify(asked),
        created_at: toRfc3339(now),
      }).onConflict((one) => one.doNothing()).executeTakeFirst();
      await trx.deleteFrom("backtests").where(
        "backtest_id",
        "in",
        (from) =>
          from.selectFrom("backtests").select("backtest_id").where("state", "in", ended)
            .orderBy("sequence", "desc").offset(endedBacktestsMax),
      ).execute();
      return numInsertedOrUpdatedRows === 1n ? "created" : "taken";
    });
  }

  async find(backtestId: string): Promise<BacktestRow | null> {
    const row = await this.#db.selectFrom("backtests").select(columns)
      .where("backtest_id", "=", backtestId).executeTakeFirst();
    return row ?? null;
  }

  /** Newest first. */
  async list(by: { state: BacktestState | undefined; limit: number }): Promise<BacktestRow[]> {
    const { state, limit } = by;
    return await this.#db.selectFrom("backtests").select(columns)
      .$if(state !== undefined, (query) => query.where("state", "=", state!))
      .orderBy("sequence", "desc").limit(limit).execute();
  }

  async report(backtestId: string): Promise<BacktestReport | null> {
    const row = await this.#db.selectFrom("backtests").select("report")
      .where("backtest_id", "=", backtestId).executeTakeFirst();
    return row?.report ?? null;
  }

  /** Those that were running when their process died wait again. */
  async requeue(): Promise<void> {
    await this.#db.updateTable("backtests").set({ state: "queued", started_at: null })
      .where("state", "=", "running").execute();
  }

  /** Starts the one that waits longest; `null` where none waits. */
  async take(now: EpochMs): Promise<BacktestRow | null> {
    const row = await this.#db.updateTable("backtests")
      .set({ state: "running", started_at: toRfc3339(now) })
      .where(
        "backtest_id",
        "=",
        (from) =>
          from.selectFrom("backtests").select("backtest_id").where("state", "=", "queued")
            .orderBy("sequence").limit(1),
      )
      .where("state", "=", "queued")
      .returning(columns).executeTakeFirst();
    return row ?? null;
  }

  /** What came of a running one; changes nothing where it was canceled meanwhile. */
  async finish(
    backtestId: string,
    found: { now: EpochMs; outcome: BacktestReport | string },
  ): Promise<void> {
    const { now, outcome } = found;
    const result = typeof outcome === "string"
      ? { state: "failed" as const, failure: outcome }
      : { state: "done" as const, report: JSON.stringify(outcome), digest: outcome.digest };
    await this.#db.updateTable("backtests").set({ ...result, finished_at: toRfc3339(now) })
      .where("backtest_id", "=", backtestId).where("state", "=", "running").execute();
  }

  /** Cancels one that has not ended. */
  async cancel(backtestId: string, now: EpochMs): Promise<void> {
    await this.#db.updateTable("backtests")
      .set({ state: "canceled", finished_at: toRfc3339(now) })
      .where("backtest_id", "=", backtestId).where("state", "in", ["queued", "running"]).execute();
  }
}
