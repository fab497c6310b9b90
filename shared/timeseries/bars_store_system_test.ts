import { openStore } from "../storage/open_store.ts";
import { barsContract } from "../testing/bars_contract.ts";
import { realTest } from "../testing/real.ts";
import { startPostgres } from "../testing/real_postgres.ts";

realTest("the bars store keeps its promises with Postgres", ["postgres"], async (t) => {
  await using server = await startPostgres({ fsync: false });
  const store = await openStore(server.url);
  await barsContract(t, store);
  await store.close();
});
