/**
 * Backtests as the database keeps them. A running one belongs to whoever holds its lease: every
 * change by a runner is one statement that asks for it, so one that lost it changes nothing.
 */

import { type Kysely, type Selectable, sql, type UpdateObject } from "kysely";
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
  "percent",
] as const;
type Table = TradingDatabase["backtests"];
export type BacktestRow = Pick<Selectable<Table>, (typeof columns)[number]>;

/** Who runs a backtest: its process, and the turn that a later one outdates. */
export interface BacktestLease {
  readonly backtestId: string;
  readonly owner: string;
  readonly attempt: number;
}

export interface TakenBacktest {
  readonly lease: BacktestLease;
  readonly asked: CreateBacktestBody;
  /** Turns before this one that ended without an outcome. */
  readonly faults: number;
}

/** How long a process may be silent before another takes its backtest up. */
export const leaseSeconds = 10;

const ended: readonly BacktestState[] = ["done", "failed", "canceled"];
/** Any number, the same everywhere: the advisory lock under which places in the queue are given. */
const queueLock = 7_305_811_204_423n;

const leaseEnd = sql<string>`now() + make_interval(secs => ${sql.lit(leaseSeconds)})`;
const unheld = { lease_owner: null, lease_until: null };

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
      await sql`select pg_advisory_xact_lock(${sql.lit(queueLock)})`.execute(trx);
      const taken = await trx.selectFrom("backtests").select("backtest_id")
        .where("backtest_id", "=", backtest_id).executeTakeFirst();
      if (taken !== undefined) return "taken";
      const { waiting } = await trx.selectFrom("backtests").where("state", "=", "queued")
        .select((one) => one.fn.countAll<string>().as("waiting")).executeTakeFirstOrThrow();
      if (Number(waiting) >= waitingBacktestsMax) return "too_many_backtests";
      const newest = await trx.selectFrom("backtests").select("sequence")
        .orderBy("sequence", "desc").limit(1).executeTakeFirst();
      await trx.insertInto("backtests").values({
        backtest_id,
        sequence: (newest?.sequence ?? 0) + 1,
        state: "queued",
        asked: JSON.stringify(asked),
        created_at: toRfc3339(now),
      }).execute();
      await trx.deleteFrom("backtests").where(
        "backtest_id",
        "in",
        (from) =>
          from.selectFrom("backtests").select("backtest_id").where("state", "in", ended)
            .orderBy("sequence", "desc").offset(endedBacktestsMax),
      ).execute();
      return "created";
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

  /** Starts the one that waits longest, or whose process fell silent; `null` where there is none. */
  async take(owner: string, now: EpochMs): Promise<TakenBacktest | null> {
    const row = await this.#db.updateTable("backtests")
      .set({
        state: "running",
        started_at: toRfc3339(now),
        lease_owner: owner,
        lease_until: leaseEnd,
        attempt: sql<number>`attempt + 1`,
        faults: sql<number>`faults + case state when 'running' then 1 else 0 end`,
        percent: 0,
      })
      .where(
        "backtest_id",
        "=",
        (from) =>
          from.selectFrom("backtests").select("backtest_id")
            .where(sql<boolean>`(state = 'queued' or (state = 'running' and lease_until < now()))`)
            .orderBy("sequence").limit(1).forUpdate().skipLocked(),
      )
      .returning(["backtest_id", "asked", "attempt", "faults"]).executeTakeFirst();
    if (row === undefined) return null;
    const { backtest_id: backtestId, asked, attempt, faults } = row;
    return { lease: { backtestId, owner, attempt }, asked, faults };
  }

  /** Renews a lease and tells how far its backtest is; whether it was still held. */
  async beat(lease: BacktestLease, percent: number): Promise<boolean> {
    return await this.#change(lease, { lease_until: leaseEnd, percent });
  }

  /** What came of a running one; whether the lease was still held, else nothing is changed. */
  async finish(
    lease: BacktestLease,
    found: { now: EpochMs; outcome: BacktestReport | string },
  ): Promise<boolean> {
    const { now, outcome } = found;
    const result = typeof outcome === "string"
      ? { state: "failed" as const, failure: outcome }
      : { state: "done" as const, report: JSON.stringify(outcome), digest: outcome.digest };
    return await this.#change(lease, { ...result, ...unheld, finished_at: toRfc3339(now) });
  }

  /** Lets a running one wait again, in its place; `faults` says whether its turn counts as one. */
  async giveBack(lease: BacktestLease, faults: 0 | 1): Promise<void> {
    const waiting = { state: "queued" as const, ...unheld, started_at: null, percent: 0 };
    await this.#change(lease, { ...waiting, faults: sql<number>`faults + ${sql.lit(faults)}` });
  }

  /** Cancels one that has not ended; whoever runs it finds its lease gone. */
  async cancel(backtestId: string, now: EpochMs): Promise<void> {
    await this.#db.updateTable("backtests")
      .set({ state: "canceled", ...unheld, finished_at: toRfc3339(now) })
      .where("backtest_id", "=", backtestId).where("state", "in", ["queued", "running"]).execute();
  }

  /** By whoever holds the lease alone; whether that was so. */
  async #change(
    lease: BacktestLease,
    change: UpdateObject<TradingDatabase, "backtests">,
  ): Promise<boolean> {
    const { numUpdatedRows } = await this.#db.updateTable("backtests").set(change)
      .where("backtest_id", "=", lease.backtestId).where("state", "=", "running")
      .where("lease_owner", "=", lease.owner).where("attempt", "=", lease.attempt)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }
}
