/** How the desk's refusals and failures read over HTTP. */

import { problemEntry } from "../../../shared/contracts/http/problems.ts";
import { Problem } from "../../../shared/runtime/problem.ts";
import type { Command, Outcome } from "./commands.ts";
import { type Desk, DeskBusy, OutcomeUnknown } from "./desk.ts";
import { currentTraceparent } from "../../../shared/runtime/trace.ts";

type Done = Outcome & { ok: true };

/**
 * Submits a command and returns its accepted outcome.
 * @throws Problem for a refusal, a busy desk or an unknown outcome.
 */
export async function carryOut(desk: Desk, command: Command): Promise<Done> {
  let outcome: Outcome;
  try {
    outcome = await desk.submit(command, currentTraceparent());
  } catch (error) {
    if (error instanceof DeskBusy) {
      throw new Problem("unavailable", "The desk is at its limit", {
        headers: { "retry-after": "1" },
        cause: error,
      });
    }
    if (error instanceof OutcomeUnknown) {
      throw new Problem("outcome_unknown", "The store did not confirm", { cause: error });
    }
    throw error;
  }
  if (outcome.ok) return outcome;
  const code = outcome.reason === "conversion_pending" ? "conversion_rate_missing" : outcome.reason;
  const { order, text = order?.rejectReason === code ? order.text : null } = outcome;
  const about = order === null ? [] : [`order ${order.orderId}`];
  const words = [...about, ...(text === null ? [] : [text])].join(", ");
  throw new Problem(code, `${problemEntry(code).title}${words === "" ? "" : ` (${words})`}`);
}
