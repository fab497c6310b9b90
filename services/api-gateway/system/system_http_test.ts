// Goal: an operator sees which stream waits for whom, and what failed. Method: a real edge over real
// streams, with a group that is behind and an entry that nobody could read.

import { assertEquals } from "@std/assert";
import { topics } from "../../../shared/contracts/messages/topics.ts";
import { createLogger } from "../../../shared/runtime/logger.ts";
import { startTestEdge } from "../testing/test_edge.ts";

Deno.test("the state tells of waiting and given-up entries and of errors, to operators only", async () => {
  await using edge = await startTestEdge();
  const { streams, recentErrors } = edge.deps;
  const ask = (key: string) =>
    edge.app.fetch(
      new Request("http://edge/v1/system", { headers: { authorization: `Bearer ${key}` } }),
    );
  const { name, lengthMax } = topics.orders;
  const consumer = await streams.consumer({
    ...{ topic: name, group: "execution", consumer: "a", redeliverAfterMs: 60_000 },
    from: "start",
  });
  await streams.publish(name, ["{}", "{}", "{}"], lengthMax);
  const [first] = await consumer.read({ max: 1, blockMs: 0 });
  await consumer.deadLetter(first!, "id: Invalid key");
  const logger = createLogger({
    ...{ service: "archive", level: "info" as const, recentErrors },
    destination: { write: () => {} },
  });
  logger.error({ err: new Error("the password") }, "blocks not sealed");

  const answer = await ask(edge.admin);
  assertEquals(answer.status, 200);
  const body = await answer.json();
  assertEquals(
    body.streams.map((one: { stream: string }) => one.stream),
    Object.values(topics).map(({ name }) => name),
  );
  const orders = body.streams.find((one: { stream: string }) => one.stream === name);
  assertEquals(orders, {
    ...{
      stream: "orders",
      from: ["services/trading-gateway"],
      groups: ["execution"],
      everyone: [],
    },
    ...{ waiting: 2, deadLetters: 1, lastReason: "id: Invalid key" },
  });
  const [error] = body.errors;
  assertEquals([error.service, error.message, error.kind], [
    "archive",
    "blocks not sealed",
    "Error",
  ]);
  assertEquals(JSON.stringify(body).includes("the password"), false);
  assertEquals((await ask(await edge.key())).status, 403);
});
