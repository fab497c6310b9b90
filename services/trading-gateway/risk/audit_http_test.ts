// Goal: the audit of risk proves itself, however long it is, and shows the first change that was
// tampered with. Method: the real app over a real PGlite; changes are altered behind its back.

import { assert, assertEquals } from "@std/assert";
import { sql } from "kysely";
import { refusalAuthenticate } from "../../../shared/testing/refusal_suite.ts";
import { openTestTrading } from "../testing/test_trading.ts";
import { verifyChanges } from "./risk_store.ts";

const trading = await openTestTrading({
  startsAt: "2026-01-07T12:00:00Z",
  authenticate: refusalAuthenticate,
});
const { send, deps: { db } } = trading;
const made = 10;

Deno.test("the audit proves itself, and shows the first change that was tampered with", async () => {
  for (let version = 0; version < made; version++) {
    const body = { version, limits: { openOrdersMax: version + 1 }, reason: `change ${version}` };
    assertEquals((await send("PUT", "/v1/risk/rules/platform", { body })).status, 200);
  }
  const verification = async () => (await send("GET", "/v1/risk/changes/verification")).body;
  assertEquals(await verification(), { changes: made, brokenChangeId: null });

  const setReason = (changeId: number, reason: string) =>
    sql`update trading.risk_changes set reason = ${reason} where change_id = ${changeId}`
      .execute(db);
  const refused = await setReason(3, "nothing").then(() => null, (error: Error) => error.message);
  assert(refused?.includes("append-only"), String(refused));
  await sql`alter table trading.risk_changes disable trigger all`.execute(db);
  // Pages that end before, with and after what is altered, and one for all.
  for (let changeId = 1; changeId <= made; changeId++) {
    await setReason(changeId, "nothing");
    for (const pageMax of [1, 3, 5, made, made + 1]) {
      const found = await verifyChanges(db, pageMax);
      assertEquals(found, { changes: made, brokenChangeId: changeId }, `pages of ${pageMax}`);
    }
    await setReason(changeId, `change ${changeId - 1}`);
  }
  await setReason(3, "nothing");
  assertEquals((await verification()).brokenChangeId, 3);
  await sql`delete from trading.risk_changes where change_id = 3`.execute(db);
  assertEquals(await verification(), { changes: made - 1, brokenChangeId: 4 });
  await trading.stop();
});
