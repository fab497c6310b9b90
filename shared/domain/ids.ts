/** Identifiers as types, so an order id cannot be passed where a client's own id is wanted. */

import type { Brand } from "./brand.ts";

/** Platform-wide account name: 1 to 40 of `a-z 0-9 -`, starting with a letter. */
export type AccountId = Brand<string, "AccountId">;
/** FIX OrderID (37): `<accountId>.<transactionId of its acceptance>`, so replay yields the same id. */
export type OrderId = Brand<string, "OrderId">;
/** FIX ClOrdID (11), chosen by the client, unique per account: 1 to 64 of `A-Z a-z 0-9 . _ : -`. */
export type ClientOrderId = Brand<string, "ClientOrderId">;
/** FIX ExecID (17), chosen by the venue; with the venue's name it identifies a fill for ever. */
export type ExecId = Brand<string, "ExecId">;
/** Position of a transaction in its account: 1, 2, 3 … without gaps. */
export type TransactionId = Brand<number, "TransactionId">;

export const accountIdLengthMax = 40;
export const accountIdPattern = new RegExp(`^[a-z][a-z0-9-]{0,${accountIdLengthMax - 1}}$`);
export const clientOrderIdPattern = /^[A-Za-z0-9._:-]{1,64}$/;

/** Client order ids that begin so are the platform's, for the orders it places itself. */
export const reservedClientOrderPrefix = "sw:";

export const isAccountId = (text: string): text is AccountId => accountIdPattern.test(text);
export const isClientOrderId = (text: string): text is ClientOrderId =>
  clientOrderIdPattern.test(text);

/** The order id that the transaction accepting (or rejecting) it gives. */
export const orderIdOf = (account: AccountId, transaction: TransactionId): OrderId =>
  `${account}.${transaction}` as OrderId;

/** A source of fresh identifiers; composition roots pass UUID v7, tests pass a counter. */
export interface IdSource {
  next(): string;
}
