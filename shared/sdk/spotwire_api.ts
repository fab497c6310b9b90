/** What the client offers: every operation of the platform, by the name it has in its document. */

import type { FeedClient, FeedOptions } from "./feed.ts";
import type {
  Account,
  Bars,
  CancelOrdersData,
  CancelOrdersResponse,
  CheckOrderResponse,
  CreatedKey,
  CreateKey,
  CreateToken,
  Instrument,
  ListAccountsResponse,
  ListBarsData,
  ListInstrumentsResponse,
  ListKeysResponse,
  ListOrdersData,
  ListOrdersResponse,
  ListPositionsResponse,
  ListQuotesResponse,
  ListTransactionsData,
  ListTransactionsResponse,
  OpenAccount,
  Order,
  PlaceOrder,
  PlaceOrderGroup,
  PlaceOrderGroupResponse,
  Quote,
  ReplaceOrder,
  Token,
} from "./generated/types.gen.ts";

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long one attempt may take, in milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/** The query of an operation. */
type Query<Data extends { query?: unknown }> = NonNullable<Data["query"]>;

/**
 * Each operation resolves to the body of its answer. It rejects with a `SpotwireProblem` when the
 * platform refuses, and with the runtime's own error when no answer comes.
 */
export interface Spotwire {
  /** What can be traded, and whether it trades now. */
  listInstruments(o?: CallOptions): Promise<ListInstrumentsResponse>;
  getInstrument(symbol: string, o?: CallOptions): Promise<Instrument>;
  /** Latest quotes, of all symbols unless some are named. */
  listQuotes(symbols?: readonly string[], o?: CallOptions): Promise<ListQuotesResponse>;
  getQuote(symbol: string, o?: CallOptions): Promise<Quote>;
  /** Finished one-minute bars, oldest first; page on with `from` set to `next`. */
  listBars(symbol: string, query?: Query<ListBarsData>, o?: CallOptions): Promise<Bars>;
  /** Checks an order at the edge without placing it. */
  checkOrder(accountId: string, order: PlaceOrder, o?: CallOptions): Promise<CheckOrderResponse>;
  /**
   * Places an order, and repeats it unchanged while its outcome is unknown (503, 504, no answer):
   * its `clientOrderId` makes that safe. Resolves once the order is stored; it fills afterwards.
   */
  placeOrder(accountId: string, order: PlaceOrder, o?: CallOptions): Promise<Order>;
  /** Places orders together, all or none (`oco`, `oto`, `bracket`); repeated like `placeOrder`. */
  placeOrderGroup(
    accountId: string,
    group: PlaceOrderGroup,
    o?: CallOptions,
  ): Promise<PlaceOrderGroupResponse>;
  /**
   * Gives an order new terms in one step; what is left out stays. The venue decides the race against
   * a fill. Repeated like `placeOrder`: the same terms twice change nothing.
   */
  replaceOrder(
    order: Pick<Order, "accountId" | "orderId">,
    terms: ReplaceOrder,
    o?: CallOptions,
  ): Promise<Order>;
  /** Asks for every open order, or every one of a symbol, to be canceled. */
  cancelOrders(
    accountId: string,
    query?: Query<CancelOrdersData>,
    o?: CallOptions,
  ): Promise<CancelOrdersResponse>;
  /** Asks for an order to be canceled; a fill may still win the race. */
  cancelOrder(accountId: string, orderId: string, o?: CallOptions): Promise<Order>;
  getOrder(accountId: string, orderId: string, o?: CallOptions): Promise<Order>;
  /** Newest first; open ones unless asked otherwise. */
  listOrders(
    accountId: string,
    query?: Query<ListOrdersData>,
    o?: CallOptions,
  ): Promise<ListOrdersResponse>;
  openAccount(account: OpenAccount, o?: CallOptions): Promise<Account>;
  listAccounts(o?: CallOptions): Promise<ListAccountsResponse>;
  getAccount(accountId: string, o?: CallOptions): Promise<Account>;
  listPositions(accountId: string, o?: CallOptions): Promise<ListPositionsResponse>;
  /** Oldest first, without gaps; page on with `since` set to the last one's id. */
  listTransactions(
    accountId: string,
    query?: Query<ListTransactionsData>,
    o?: CallOptions,
  ): Promise<ListTransactionsResponse>;
  createKey(key: CreateKey, o?: CallOptions): Promise<CreatedKey>;
  listKeys(o?: CallOptions): Promise<ListKeysResponse>;
  /** The key's tokens and sockets end with it. */
  deleteKey(keyId: string, o?: CallOptions): Promise<void>;
  createToken(token: CreateToken, o?: CallOptions): Promise<Token>;
  /** A client of the quote feed with the same URL and key. */
  feed(options?: Partial<FeedOptions>): FeedClient;
}
