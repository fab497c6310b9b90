import { assertEquals } from "@std/assert";
import type { KillState } from "../../../../../shared/sdk/mod.ts";
import { killProgress, killWords } from "./kill_form.ts";

const kill: KillState = {
  ...{ killId: "k", level: "platform", state: "halted", flatten: false, reason: "r", actor: "a" },
  ...{ status: "dry_run", createdAt: null, finishedAt: null, releasedAt: null, orders: [] },
  canceled: { asked: 3, ended: 1 },
  flattened: { placed: 0, ended: 0 },
  standing: { accounts: 2, openOrders: 3, openPositions: 1 },
};

Deno.test("the kill switch says what it will do before it does it", () => {
  assertEquals(killWords(kill), [
    "No new orders are taken on 2 accounts.",
    "3 open orders will be canceled.",
    "1 position will stay open.",
  ]);
  assertEquals(killWords({ ...kill, state: "reduce_only", flatten: true }), [
    "Only orders that shrink a position are taken on 2 accounts.",
    "3 open orders will be canceled.",
    "1 position will be closed at the market.",
  ]);
});

Deno.test("a kill under way says how far it is", () => {
  assertEquals(killProgress({ ...kill, status: "under_way" }), "under way: 1 of 3 orders ended");
  assertEquals(
    killProgress({ ...kill, status: "finished", flattened: { placed: 2, ended: 2 } }),
    "finished: 1 of 3 orders ended, 2 of 2 positions closed",
  );
});
