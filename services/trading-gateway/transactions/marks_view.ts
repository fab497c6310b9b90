/** What a transaction was booked with and on which prices, inside its text, both ways. */

import type { TransactionId } from "../../../shared/domain/ids.ts";
import type { PriceMark } from "../../../shared/domain/quote.ts";
import { toRfc3339 } from "../../../shared/domain/time.ts";
import type { Numbered } from "../../../shared/domain/numbered.ts";
import { instant } from "./terms_view.ts";
import type { TransactionView } from "../../../shared/contracts/http/trading.ts";

type Marked = Pick<Numbered, "batchId" | "decidedOn" | "reportedOn">;
type MarkFields = Pick<
  TransactionView,
  "batchId" | "quotedTime" | "silent" | "venueQuotedTime" | "venueSilent"
>;

export function marksView({ batchId, decidedOn, reportedOn }: Marked): MarkFields {
  return {
    ...(batchId === undefined ? {} : { batchId }),
    ...(decidedOn === undefined ? {} : { quotedTime: toRfc3339(decidedOn.quotedAt) }),
    ...(decidedOn?.silent ? { silent: true } : {}),
    ...(reportedOn === undefined ? {} : { venueQuotedTime: toRfc3339(reportedOn.quotedAt) }),
    ...(reportedOn?.silent ? { venueSilent: true } : {}),
  };
}

export function marksOf(view: TransactionView): Marked {
  const { batchId, quotedTime, silent, venueQuotedTime, venueSilent } = view;
  return {
    ...(batchId === undefined ? {} : { batchId: batchId as TransactionId }),
    ...(quotedTime === undefined ? {} : { decidedOn: markOf(quotedTime, silent) }),
    ...(venueQuotedTime === undefined ? {} : { reportedOn: markOf(venueQuotedTime, venueSilent) }),
  };
}

const markOf = (time: string, silent: boolean | undefined): PriceMark =>
  silent === true ? { quotedAt: instant(time), silent } : { quotedAt: instant(time) };
