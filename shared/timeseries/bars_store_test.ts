import { openTestStore } from "../testing/memory_store.ts";
import { barsContract } from "../testing/bars_contract.ts";

Deno.test("the bars store keeps its promises with PGlite", async (t) => {
  const store = await openTestStore();
  await barsContract(t, store);
  await store.close();
});
