import { assert, assertEquals } from "@std/assert";
import { rejectReasons, rejects } from "../../../../../shared/domain/orders/rejects.ts";
import { SpotwireProblem } from "../../../../../shared/sdk/mod.ts";
import { explainRefusal } from "./refusals.ts";

const problem = (code: string, errors: { path: string; message: string }[] = []) =>
  new SpotwireProblem(new Response(null, { status: 422 }), {
    ...{ code, status: 422, title: "", detail: "A detail", requestId: "r", type: "" },
    errors,
  });

Deno.test("every reason of the catalogue is explained in its words", () => {
  for (const reason of rejectReasons) {
    const { title, advice, code } = explainRefusal(problem(reason));
    assertEquals([title, advice, code], [rejects[reason].title, rejects[reason].advice, reason]);
  }
});

Deno.test("a wrong price is told at the field that has it", () => {
  const sent = { price: "1.1", stopLoss: "1.123456", takeProfit: "1,2" };
  assertEquals(explainRefusal(problem("price_precision"), sent).field, "stopLoss");
  assertEquals(explainRefusal(problem("price_malformed"), sent).field, "takeProfit");
  assertEquals(
    explainRefusal(problem("price_not_positive"), { triggerPrice: "0" }).field,
    "triggerPrice",
  );
  assertEquals(explainRefusal(problem("price_precision"), { price: "150.1234" }, 3).field, "price");
});

Deno.test("a body that misses its schema is told at its field, a silence at the order", () => {
  const errors = [{ path: "/trailingStopLossOnFill/distance", message: "Too long" }];
  const explained = explainRefusal(problem("invalid_request", errors));
  assertEquals([explained.field, explained.title], ["trailingStop", "Too long"]);
  const silent = explainRefusal(new TypeError("fetch failed"));
  assertEquals([silent.field, silent.code], ["order", null]);
  assert(silent.advice.includes("Check the orders"));
});
