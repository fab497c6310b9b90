import { assertEquals } from "@std/assert";
import { migrate } from "../../shared/storage/migrate.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import {
  createVenueBook,
  type ExecutionDatabase,
  executionMigrations,
  executionSchema,
} from "./venue_book.ts";

Deno.test("an order held before there were triggers and guarantees is read with what it lacked", async () => {
  const store = await openTestStore();
  const [first, ...later] = Object.entries(executionMigrations);
  await migrate(store, executionSchema, Object.fromEntries([first!]));
  const db = store.database<ExecutionDatabase>(executionSchema);
  const old = {
    order: { orderId: "demo.3", type: "limit", units: 1_000, price: 110_000 },
    ...{ remaining: 400, nextReport: 3, activeAt: 5, acknowledged: true, tradedSequence: 7 },
  };
  await db.insertInto("held_orders").values({ order_id: "demo.3", held: JSON.stringify(old) })
    .execute();
  await migrate(store, executionSchema, Object.fromEntries([first!, ...later]));
  const [held] = await createVenueBook(db).heldOrders();
  assertEquals(held as unknown, {
    ...old,
    order: {
      ...old.order,
      ...{ triggerPrice: null, trailingDistance: null, triggerSide: "default", priceBound: null },
      ...{
        guaranteedPremium: null,
        positionFill: "default",
        tag: null,
        onFill: null,
        ocoGroup: null,
      },
    },
    ...{ triggered: true, trailingLevelHalves: null, revision: 0, traded: 600 },
  });
  await store.close();
});
