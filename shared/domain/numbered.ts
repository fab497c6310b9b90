/** What every transaction of an account has. */

import type { AccountId, TransactionId } from "./ids.ts";
import type { PriceMark } from "./quote.ts";
import type { EpochMs } from "./time.ts";

export interface Numbered {
  readonly accountId: AccountId;
  /** 1, 2, 3 … without gaps within the account. */
  readonly transactionId: TransactionId;
  readonly time: EpochMs;
  /**
   * The first of those that one command or one report booked in the account; left out of that one,
   * and in transactions from before it was kept, as are the marks.
   */
  readonly batchId?: TransactionId;
  /** The prices a batch was decided on; only with its first, and where any were known. */
  readonly decidedOn?: PriceMark;
  /** Of a batch that a venue's report led to: the prices the venue had then. */
  readonly reportedOn?: PriceMark;
}
