/** What the client offers: every operation of the platform, by the name it has in its document. */

import type { BacktestsApi } from "./backtests_api.ts";
import type { FeedClient, FeedOptions } from "./feed.ts";
import type { PipelineApi } from "./pipeline_api.ts";
import type { RiskApi } from "./risk_api.ts";
import type {
  Account,
  AccountSnapshot,
  ActivityBars,
  Bars,
  CancelOrdersData,
  CancelOrdersResponse,
  CheckOrderResponse,
  Conversion,
  CreatedKey,
  CreateKey,
  CreateToken,
  ExecutionQuality,
  GetConversionData,
  GetStatementData,
  Instrument,
  ListAccountsResponse,
  ListActivityBarsData,
  ListBarsData,
  ListInstrumentsResponse,
  ListKeysResponse,
  ListLotsData,
  ListLotsResponse,
  ListOrdersData,
  ListOrdersResponse,
  ListPositionsData,
  ListPositionsResponse,
  ListQuotesResponse,
  ListSignalsData,
  ListTicksData,
  ListTransactionsData,
  ListTransactionsResponse,
  MoveFunds,
  OpenAccount,
  Order,
  PlaceOrder,
  PlaceOrderGroup,
  PlaceOrderGroupResponse,
  Quote,
  ReplaceOrder,
  SeriesList,
  Session,
  Signals,
  Statement,
  System,
  Ticks,
  Token,
  Transaction,
  Transfer,
  TransferFunds,
} from "./generated/types.gen.ts";
import type { CallOptions } from "./call_options.ts";

/** The query of an operation. */
type Query<Data extends { query?: unknown }> = NonNullable<Data["query"]>;
/** The same where the answer has other forms: here it is always JSON. */
type RowsQuery<Data extends { query?: unknown }> = Omit<Query<Data>, "format">;

/** From one moment on and before another, RFC 3339. */
export type Period = Omit<Query<GetStatementData>, "format">;

/**
 * Each operation resolves to the body of its answer. It rejects with a `SpotwireProblem` when the
 * platform refuses, and with the runtime's own error when no answer comes.
 */
export interface Spotwire extends PipelineApi, RiskApi, BacktestsApi {
  /** What can be traded, and whether it trades now. */
  listInstruments(o?: CallOptions): Promise<ListInstrumentsResponse>;
  getInstrument(symbol: string, o?: CallOptions): Promise<Instrument>;
  /** Latest quotes, of all symbols unless some are named. */
  listQuotes(symbols?: readonly string[], o?: CallOptions): Promise<ListQuotesResponse>;
  getQuote(symbol: string, o?: CallOptions): Promise<Quote>;
  /** What history there is: its sources, ticks or bars of which length, from when to when. */
  listSeries(symbol: string, o?: CallOptions): Promise<SeriesList>;
  /** Finished bars of any length, oldest first; page on with `from` set to `next`. */
  listBars(symbol: string, query?: RowsQuery<ListBarsData>, o?: CallOptions): Promise<Bars>;
  /** Every quote of a range, oldest first; page on with `cursor` set to `next`. */
  listTicks(symbol: string, query: RowsQuery<ListTicksData>, o?: CallOptions): Promise<Ticks>;
  /** Bars by ticks, volume, range or Renko bricks; page on with `cursor` set to `next`. */
  listActivityBars(
    symbol: string,
    query: RowsQuery<ListActivityBarsData>,
    o?: CallOptions,
  ): Promise<ActivityBars>;
  /** What the studies find in bars of any length; page on with `from` set to `next`. */
  listSignals(symbol: string, query?: Query<ListSignalsData>, o?: CallOptions): Promise<Signals>;
  /** An amount in another currency at the prices of a moment. */
  getConversion(query: Query<GetConversionData>, o?: CallOptions): Promise<Conversion>;
  /** Whether the market is open at a moment (RFC 3339; default now), and if not, why. */
  getSession(symbol: string, at?: string, o?: CallOptions): Promise<Session>;
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
  /** The account with its open orders and positions, all as one transaction left them. */
  getAccountSnapshot(accountId: string, o?: CallOptions): Promise<AccountSnapshot>;
  /** Books money that came in. Repeated while its outcome is unknown: its `fundsId` makes it safe. */
  deposit(accountId: string, funds: MoveFunds, o?: CallOptions): Promise<Transaction>;
  /** Books money that goes out, up to the cash that no margin holds; repeated as `deposit` is. */
  withdraw(accountId: string, funds: MoveFunds, o?: CallOptions): Promise<Transaction>;
  /** Moves money to another account of the key; repeated as `deposit` is. */
  transfer(accountId: string, funds: TransferFunds, o?: CallOptions): Promise<Transfer>;
  /** What a period did to the cash; of the account's whole life unless `from` and `to` are given. */
  getStatement(accountId: string, period?: Period, o?: CallOptions): Promise<Statement>;
  /** As the account keeps them, or as `view` says: one a symbol, or by the way they point. */
  listPositions(
    accountId: string,
    query?: Query<ListPositionsData>,
    o?: CallOptions,
  ): Promise<ListPositionsResponse>;
  /** What is left of the fills that opened the positions, oldest first. */
  listLots(
    accountId: string,
    query?: Query<ListLotsData>,
    o?: CallOptions,
  ): Promise<ListLotsResponse>;
  /** Slippage and latency by venue and instrument. */
  getExecutionQuality(
    accountId: string,
    period?: Period,
    o?: CallOptions,
  ): Promise<ExecutionQuality>;
  /** The same over all accounts; needs an admin key. */
  getPlatformQuality(period?: Period, o?: CallOptions): Promise<ExecutionQuality>;
  /** Oldest first, without gaps; page on with `since` set to `next`. */
  listTransactions(
    accountId: string,
    query?: Query<ListTransactionsData>,
    o?: CallOptions,
  ): Promise<ListTransactionsResponse>;
  createKey(key: CreateKey, o?: CallOptions): Promise<CreatedKey>;
  listKeys(o?: CallOptions): Promise<ListKeysResponse>;
  /** The key's tokens and sockets end with it. */
  deleteKey(keyId: string, o?: CallOptions): Promise<void>;
  /** How the streams between the parts fare, and the newest errors. */
  getSystem(o?: CallOptions): Promise<System>;
  createToken(token: CreateToken, o?: CallOptions): Promise<Token>;
  /** A client of the feed with the same URL and key. */
  feed(options?: Partial<FeedOptions>): FeedClient;
}
