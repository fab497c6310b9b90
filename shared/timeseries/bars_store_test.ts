import { openStore } from "../storage/open_store.ts";
import { barsContract } from "../testing/bars_contract.ts";

Deno.test("the bars store keeps its promises with PGlite", async (t) => {
  const store = await openStore("pglite:memory");
  await barsContract(t, store);
  await store.close();
});
