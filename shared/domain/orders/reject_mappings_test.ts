import { assert, assertEquals } from "@std/assert";
import { dataTest } from "../../testing/test_data.ts";
import { rejectMappings } from "./reject_mappings.ts";
import { rejectReasons, rejects } from "./rejects.ts";

dataTest(
  "every OANDA reason of the catalogue is one of the v20 API's own",
  "oanda-v20/v20.json",
  async (path) => {
    const { definitions } = JSON.parse(await Deno.readTextFile(path));
    const known = new Set<string>(definitions.TransactionRejectReason.enum);
    for (const reason of rejectReasons) {
      assert(known.has(rejectMappings[reason].oanda), `${reason}: ${rejectMappings[reason].oanda}`);
    }
  },
);

/** OrdRejReason (103) of FIX 4.4. */
const fixReasons = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 99]);

Deno.test("every refusal says what happened and what to do, in FIX's and gRPC's words too", () => {
  assertEquals(Object.keys(rejectMappings).sort(), [...rejectReasons].sort());
  for (const reason of rejectReasons) {
    const { title, advice, fixOrdRejReason } = rejects[reason];
    assert(title.length > 10 && advice.length > 5, reason);
    assert(fixReasons.has(fixOrdRejReason), reason);
    assert(rejectMappings[reason].grpc.length > 0, reason);
  }
});
