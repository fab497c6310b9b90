/** Takes the venues' reports from the stream to the desk, in order, each at most once in effect. */

import {
  type ExecutionReported,
  fromReportData,
} from "../../../shared/contracts/messages/executions.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import type { Desk } from "../desk/desk.ts";

/** A report that cannot be booked yet; the stream will deliver it again. */
export class ReportPending extends Error {
  override readonly name = "ReportPending";
}

/**
 * Submits the reports together, so they share a commit, and waits for all.
 * @throws ReportPending when a fill waits for a conversion rate; other errors as they came.
 */
export async function applyReports(
  deps: { readonly desk: Desk; readonly logger: Logger },
  events: readonly ExecutionReported[],
): Promise<void> {
  const answers = await Promise.allSettled(events.map((event) => {
    const report = fromReportData(event.data);
    return deps.desk.submit(
      { kind: "apply_report", accountId: report.accountId, report },
      event.traceparent,
    );
  }));
  answers.forEach((answer, at) => {
    if (answer.status === "rejected") throw answer.reason;
    if (answer.value.ok) return;
    const { execId, orderId } = events[at]!.data;
    if (answer.value.reason === "conversion_pending") {
      throw new ReportPending(`Cannot book ${execId} yet: no conversion rate`);
    }
    // An order we never had: another platform's, or a lost store. Never silently dropped.
    deps.logger.error({ execId, orderId, reason: answer.value.reason }, "report of unknown order");
  });
}
