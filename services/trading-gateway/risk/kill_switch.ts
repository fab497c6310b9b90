/**
 * The kill switch. A kill first sets its level's state, so that nothing new comes in, then cancels
 * every open order of the level and, where asked, closes its positions, round after round until
 * nothing is left. What there is to do is read from the books each time, so a restart, a fill that
 * crossed a cancel or an order another copy took meanwhile only means one more round.
 */

import type { Kysely } from "kysely";
import { parseRiskLevel, type RiskLevelText } from "../../../shared/domain/risk/levels.ts";
import { noRule, strictestState, type TradingState } from "../../../shared/domain/risk/limits.ts";
import type { Symbol } from "../../../shared/domain/instrument.ts";
import type { EpochMs } from "../../../shared/domain/time.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import { Bell } from "../../../shared/runtime/bell.ts";
import { pause } from "../../../shared/runtime/time.ts";
import type { Desk } from "../desk/desk.ts";
import type { TradingDatabase } from "../desk/tables.ts";
import type { ChangeParts } from "./change_rule.ts";
import {
  accountsPageMax,
  accountsToEnd,
  finishKill,
  insertKill,
  type Kill,
  noteOrders,
  releaseKillRow,
  selectKill,
  selectStanding,
  selectUnfinished,
  standingOn,
} from "./kill_store.ts";
import { type LevelRule, lockChanges, selectRule, storeRule } from "./risk_store.ts";

/** Between two rounds of kills that are not finished. */
const everyMs = 250;
/** Looks without being asked: another copy may have left a kill behind. */
const idleMs = 5_000;

export interface KillParts extends ChangeParts {
  readonly db: Kysely<TradingDatabase>;
  readonly desk: Desk;
  readonly now: () => EpochMs;
  readonly logger: Logger;
}

export interface KillRequest {
  /** Chosen by the client; the same again is the same kill. */
  readonly killId: string;
  readonly level: RiskLevelText;
  readonly state: Exclude<TradingState, "active">;
  readonly flatten: boolean;
  readonly reason: string;
  readonly actor: string;
}

export class KillSwitch {
  readonly #parts: KillParts;
  readonly #bell = new Bell();

  constructor(parts: KillParts) {
    this.#parts = parts;
  }

  /** Sets the state and does a first round; resolves when the cancels are on their way. */
  async kill(request: KillRequest): Promise<Kill | "duplicate_kill_id"> {
    const { db, events } = this.#parts;
    const begun = await db.transaction().execute(async (trx) => {
      await lockChanges(trx);
      const earlier = await selectKill(trx, request.killId);
      if (earlier !== null) {
        return isSame(earlier, request) ? earlier : "duplicate_kill_id" as const;
      }
      const { level, actor, reason, killId } = request;
      const rule = await selectRule(trx, level) ?? noRule;
      const [standing] = await selectStanding(trx, level);
      const at = this.#parts.now();
      const kill: Kill = {
        ...request,
        stateBefore: standing?.stateBefore ?? rule.state,
        createdAt: at,
        finishedAt: null,
        releasedAt: null,
      };
      await insertKill(trx, kill);
      const stricter = { ...rule, state: strictestState(rule.state, request.state) };
      const asked = { actor, at, reason, killId };
      return { kill, rule: await storeRule(trx, { level, rule: stricter, asked }, events) };
    });
    if (typeof begun === "string") return begun;
    if ("killId" in begun) return begun;
    this.#applied(begun.rule);
    try {
      await this.round(begun.kill);
    } catch (error) {
      // It is stored and will go on; only the answer comes before its first round.
      this.#parts.logger.error({ err: error, killId: begun.kill.killId }, "kill goes on later");
    }
    this.#bell.ring();
    return begun.kill;
  }

  /**
   * Ends the kill's hold on its level: the state goes back to what it was before the first kill that
   * stands, or was set to since by hand, or to the strictest of the kills that still do where that is
   * stricter. Work that is left is given up.
   */
  async release(
    killId: string,
    by: { readonly actor: string; readonly reason: string },
  ): Promise<Kill | null> {
    const { db, events, now } = this.#parts;
    const released = await db.transaction().execute(async (trx) => {
      await lockChanges(trx);
      const kill = await selectKill(trx, killId);
      if (kill === null || kill.releasedAt !== null) return kill;
      const { level } = kill;
      const others = (await selectStanding(trx, level)).filter((one) => one.killId !== killId);
      const state = others.map((one) => one.state).reduce(strictestState, kill.stateBefore);
      await releaseKillRow(trx, killId, now());
      const rule = await selectRule(trx, level) ?? noRule;
      const asked = { ...by, at: now(), killId };
      return await storeRule(trx, { level, rule: { ...rule, state }, asked }, events);
    });
    if (released === null) return null;
    if ("version" in released) this.#applied(released);
    return await selectKill(db, killId);
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const left = await this.#goOn();
      await (left ? pause(everyMs, signal) : this.#bell.wait(idleMs, signal));
    }
  }

  /** A round of every kill that is not finished, each for itself; whether there was one, or may be. */
  async #goOn(): Promise<boolean> {
    try {
      const unfinished = await selectUnfinished(this.#parts.db);
      for (const kill of unfinished) {
        await this.round(kill).catch((error) => this.#failed(error, kill));
      }
      return unfinished.length > 0;
    } catch (error) {
      this.#failed(error);
      return true;
    }
  }

  #failed(error: unknown, kill?: Kill): void {
    this.#parts.logger.error(
      { err: error, killId: kill?.killId },
      "kill not carried on, will retry",
    );
  }

  /** Cancels what is open and closes what is held, as far as it can be now; ends the kill when nothing is. */
  async round(kill: Kill): Promise<void> {
    const { db, desk, now } = this.#parts;
    const { level, flatten, killId } = kill;
    const { kind, name } = parseRiskLevel(level)!;
    const symbol = kind === "instrument" ? name as Symbol : null;
    // Page by page to the end: what cannot be closed now does not stand before what can.
    for (let after = "";;) {
      const accounts = await accountsToEnd(db, { level, flatten, after });
      if (accounts.length > 0) await noteOrders(db, kill, accounts);
      await Promise.all(accounts.map(async (accountId) => {
        await desk.submit({ kind: "cancel_orders", accountId, symbol, byKill: true });
        if (flatten) await desk.submit({ kind: "flatten", accountId, symbol, killId });
      }));
      if (accounts.length < accountsPageMax) break;
      after = accounts.at(-1)!;
    }
    const { openOrders, openPositions } = await standingOn(db, level);
    if (openOrders === 0 && (!flatten || openPositions === 0)) await finishKill(db, killId, now());
  }

  #applied(rule: LevelRule): void {
    this.#parts.risk.book.take(rule.level, rule);
    this.#parts.onStored();
  }
}

const isSame = (kill: Kill, request: KillRequest): boolean =>
  kill.level === request.level && kill.state === request.state &&
  kill.flatten === request.flatten;
