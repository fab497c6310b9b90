// Goal: the edge and the core judge an order alike, on netting and hedging accounts: what the core
// refuses and the edge accepts is refused for a reason that depends on state the edge is not told.
// Method: the random sequences of the books; before each order the edge hears of the account as its
// message says it, and is asked the way a client asks it.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { EdgeMarket } from "../../services/api-gateway/market/edge_market.ts";
import { refusalNow } from "../../services/api-gateway/orders/check_at_edge.ts";
import { accountEntry } from "../../services/trading-gateway/desk/announce.ts";
import { act, someRules, someStep } from "../../services/trading-gateway/testing/books_steps.ts";
import { BooksWorld, now } from "../../services/trading-gateway/testing/books_world.ts";
import { termsView } from "../../services/trading-gateway/transactions/terms_view.ts";
import { hedgedMargins } from "../../shared/domain/margin_rates.ts";
import type { OrderTerms } from "../../shared/domain/orders/order.ts";
import type { OrderRequest } from "../../shared/domain/orders/read_order.ts";
import { createEventSource } from "../../shared/runtime/events.ts";

const clock = { now: () => now };
const events = createEventSource({ source: "/test", ids: { next: () => "id" }, clock });

/** What the edge is not told: lots, and which ids are used. */
const knownToCoreOnly = [
  "lot_unknown",
  "reduce_only_would_open",
  "too_many_lots",
  "duplicate_client_order_id",
];

/** Asked before the others, so of two reasons the core may name one of these. */
const lotReasons = ["lot_unknown", "too_many_lots"];

function requestOf(terms: OrderTerms): OrderRequest {
  const { orderType, ...rest } = termsView(terms);
  return { ...rest, type: orderType } as OrderRequest;
}

Deno.test("what the edge accepts the core refuses only for what the edge cannot know", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(
      fc.tuple(someRules, someRules, someRules),
      fc.constantFrom(...hedgedMargins),
      fc.array(someStep, { minLength: 1, maxLength: 60, size: "max" }),
      (rules, hedged, steps) => {
        const world = new BooksWorld(rules, hedged);
        const { hours, terms } = world.market;
        const edge = new EdgeMarket({ hours, clock, terms });
        const run = world.run.bind(world);
        world.run = (command) => {
          if (command.kind !== "place_order") return run(command);
          const account = world.accounts.get(command.accountId)!;
          for (const quote of world.quotes.all()) edge.quotes.apply(quote);
          edge.takeAccount(JSON.parse(accountEntry(events, account).body).data);
          const atEdge = refusalNow(edge, command.accountId, requestOf(command.terms));
          const decision = run(command);
          // A repeat gets its first answer, whatever the edge thinks of it by now.
          if (decision.booked.length === 0) return decision;
          const { outcome } = decision;
          const atCore = outcome.ok ? null : outcome.reason;
          if (atEdge !== null && !lotReasons.includes(atCore ?? "")) assertEquals(atCore, atEdge);
          else if (atCore !== null) {
            assert(knownToCoreOnly.includes(atCore), atCore);
            assert(
              atCore !== "reduce_only_would_open" || command.terms.closeLotId !== null,
              "what is held the edge knows",
            );
          }
          seen.set(`${atEdge}`, (seen.get(`${atEdge}`) ?? 0) + 1);
          return decision;
        };
        for (const one of steps) act(world, one);
      },
    ),
    { numRuns: 1_000 },
  );
  for (const wanted of ["null", "insufficient_margin", "reduce_only_would_open"]) {
    assert((seen.get(wanted) ?? 0) > 10, `${wanted} happened too seldom`);
  }
});
