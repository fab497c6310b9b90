import { openStore } from "../storage/open_store.ts";
import { historyContract } from "../testing/history_contract.ts";
import { realTest } from "../testing/real.ts";
import { startPostgres } from "../testing/real_postgres.ts";

realTest("history keeps its promises with Postgres", ["postgres"], async (t) => {
  await using server = await startPostgres({ fsync: false });
  const store = await openStore(server.url);
  await historyContract(t, store);
  await store.close();
});
