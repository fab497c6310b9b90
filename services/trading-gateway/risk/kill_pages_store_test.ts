// Goal: a kill reaches every account of its level, also behind more than it takes on at once whose
// orders the venue says nothing about. Method: the kill switch and a desk over a real PGlite.

import { assertEquals } from "@std/assert";
import type { RiskLevelText } from "../../../shared/domain/risk/levels.ts";
import { createEventSource } from "../../../shared/runtime/events.ts";
import {
  db,
  ids,
  logger,
  newDesk,
  newRisk,
  now,
  openAccount,
  place,
  termsOf,
} from "../testing/test_desk.ts";
import { KillSwitch } from "./kill_switch.ts";
import { accountsPageMax } from "./kill_store.ts";

Deno.test("a kill asks for every order to be canceled, beyond its first page of accounts too", async () => {
  const desk = newDesk();
  const many = accountsPageMax + 1;
  const accounts = await Promise.all(Array.from({ length: many }, () => openAccount(desk)));
  await Promise.all(accounts.map((accountId) => place(desk, accountId, termsOf("c-1"))));
  const kills = new KillSwitch({
    db,
    risk: newRisk(),
    desk,
    events: createEventSource({ source: "/test", ids, clock: { now: () => now } }),
    onStored: () => {},
    now: () => now,
    logger,
  });
  const about = { reason: "an incident", actor: "test", flatten: false } as const;
  await kills.kill({
    killId: "all",
    level: "platform" as RiskLevelText,
    state: "halted",
    ...about,
  });
  const rows = await db.selectFrom("orders").select("status").execute();
  assertEquals([rows.length, new Set(rows.map(({ status }) => status))], [
    many,
    new Set(["pending_cancel"]),
  ]);
});
