import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { orderTypeRules, orderTypes } from "../../../../../shared/domain/orders/order.ts";
import {
  emptyForm,
  fieldsShown,
  orderOf,
  pipsToDistance,
  type TicketForm,
  withoutPrices,
  withType,
} from "./ticket_form.ts";

const given = { symbol: "EURUSD", units: "1000", pip: "0.0001", clientOrderId: "t-1" };
const filled = {
  ...emptyForm,
  price: "1.1",
  triggerPrice: "1.2",
  trailingPips: "15",
  priceBound: "1.3",
  takeProfit: "1.4",
  stopLoss: "20",
  stopLossAs: "pips" as const,
};

Deno.test("an order carries only the fields its type takes, whatever else was filled in before", () => {
  for (const type of orderTypes) {
    const rule = orderTypeRules[type];
    const order = orderOf(withType(filled, type), given);
    assertEquals(order.price, rule.price ? "1.1" : undefined, type);
    assertEquals(order.triggerPrice, rule.triggerPrice ? "1.2" : undefined, type);
    assertEquals(order.trailingDistance, rule.trailingDistance ? "0.0015" : undefined, type);
    assertEquals(order.priceBound, rule.atMarket ? "1.3" : undefined, type);
    assertEquals(order.stopLossOnFill, { distance: "0.002" });
    const guaranteed = orderOf(withType({ ...filled, guaranteed: true }, type), given);
    assertEquals(guaranteed.stopLossOnFill, undefined);
    assertEquals(guaranteed.guaranteedStopLossOnFill, { distance: "0.002" });
  }
});

Deno.test("a change of type never leaves a time in force that the type does not take", () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...orderTypes)), (types) => {
    const form = types.reduce(withType, emptyForm);
    const { timesInForce } = orderTypeRules[form.type];
    assertEquals(timesInForce.includes(form.timeInForce), true);
  }));
  assertEquals(withType(emptyForm, "limit").timeInForce, "GTC", "a limit order waits");
});

Deno.test("no price of one instrument is sent for another; sizes and distances in pips stay", () => {
  const filled: TicketForm = {
    ...emptyForm,
    ...{ type: "stop_limit", price: "1.1", triggerPrice: "1.2", priceBound: "1.3" },
    ...{ takeProfit: "1.4", stopLoss: "1.0", trailingStopPips: "15", size: "777" },
  };
  assertEquals(withoutPrices(filled), {
    ...emptyForm,
    ...{ type: "stop_limit", trailingStopPips: "15", size: "777" },
  });
  const inPips = { ...filled, stopLossAs: "pips", stopLoss: "20" } as const;
  assertEquals(withoutPrices(inPips).stopLoss, "20");
});

Deno.test("pips become a distance exactly", () => {
  assertEquals(pipsToDistance("15.5", "0.0001"), "0.00155");
  assertEquals(pipsToDistance("20", "0.01"), "0.2");
  assertEquals(pipsToDistance("ten", "0.01"), "ten", "left for the platform to refuse");
});

Deno.test("the form shows the price fields of its type", () => {
  const shown = fieldsShown(withType(emptyForm, "stop_limit"));
  assertEquals(
    ["price", "triggerPrice", "trailingDistance"].map((one) => shown.has(one as "price")),
    [
      true,
      true,
      false,
    ],
  );
});
