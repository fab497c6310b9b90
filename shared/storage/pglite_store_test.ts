import { assertRejects } from "@std/assert";
import { openStore } from "./open_store.ts";
import { storageContract } from "../testing/storage_contract.ts";

Deno.test("openStore() keeps the store's promises with PGlite in memory", async (t) => {
  const store = await openStore("pglite:memory");
  await storageContract(t, store);
  await store.close();
  await store.close();
});

Deno.test("openStore() refuses a URL it does not know, without repeating its secrets", async () => {
  const error = await assertRejects(
    async () => await openStore("mysql://root:secret@x/y"),
    TypeError,
  );
  if (error.message.includes("secret")) throw new Error("the password is in the message");
});
