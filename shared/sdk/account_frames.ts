/** Frames of the feed's channel `account`, as this client sends and reads them. */

import type { Account, Order, Position, Transaction } from "./generated/types.gen.ts";

export interface SubscribeAccountFrame {
  type: "subscribe";
  channel: "account";
  accountId: string;
  /** The last transaction seen; left out for a snapshot first. */
  since?: number | undefined;
  id?: string | undefined;
}
export interface UnsubscribeAccountFrame {
  type: "unsubscribe";
  channel: "account";
  accountId: string;
  id?: string | undefined;
}
export type AccountFrame = SubscribeAccountFrame | UnsubscribeAccountFrame;

/** Every account the socket follows. */
export interface AccountSubscribedFrame {
  type: "subscribed";
  id?: string | undefined;
  channel: "account";
  accounts: string[];
}
/** All as `lastTransactionId` left it; the next transaction follows. */
export interface AccountSnapshotFrame {
  type: "account_snapshot";
  accountId: string;
  lastTransactionId: number;
  account: Account;
  /** The open ones, oldest first. */
  orders: Order[];
  positions: Position[];
}
/** In order, without gaps. */
export interface TransactionsFrame {
  type: "transactions";
  accountId: string;
  transactions: Transaction[];
}
/** What the account is worth, decimal text in its currency; `null` while a price is missing. */
export interface AccountValuesFrame {
  type: "account_values";
  accountId: string;
  /** Whose account is valued. */
  lastTransactionId: number;
  time: number;
  balance: string;
  unrealised: string | null;
  equity: string | null;
  marginUsed: string | null;
  marginAvailable: string | null;
}
