import { openTestStore } from "../testing/memory_store.ts";
import { historyContract } from "../testing/history_contract.ts";

Deno.test("history keeps its promises with PGlite", async (t) => {
  const store = await openTestStore();
  await historyContract(t, store);
  await store.close();
});
