/** The HTTP operations of the platform, as one small object. */

import { machineRandom } from "./backoff.ts";
import { type Credential, readCredential } from "./credential.ts";
import { FeedClient } from "./feed.ts";
import { createClient } from "./generated/client/index.ts";
import { Operations } from "./generated/sdk.gen.ts";
import type { ExecutionQuality, Statement } from "./generated/types.gen.ts";
import { SpotwireProblem } from "./problem.ts";
import { repeatUntilAnswered, type RetryLimits } from "./retry.ts";
import type { Spotwire } from "./spotwire_api.ts";
import type { CallOptions } from "./call_options.ts";

export interface SpotwireOptions {
  /** Of the platform: `http://localhost:8000`. */
  readonly url: string;
  readonly key: Credential;
  /** Default: the runtime's own. */
  readonly fetch?: ((request: Request) => Response | Promise<Response>) | undefined;
  /** How long one attempt may take, in milliseconds; default 10 000. */
  readonly timeoutMs?: number | undefined;
  /** How often `placeOrder` is repeated; default 4 attempts, 250 ms doubling to 4 s between them. */
  readonly retry?: RetryLimits | undefined;
  /** A number in [0, 1) that spreads those waits. */
  readonly random?: (() => number) | undefined;
}

interface Shared {
  headers: Record<string, string>;
  signal: AbortSignal;
}
/** What a generated operation gives back. */
interface Answer<Body> {
  data?: Body | undefined;
  error?: unknown;
  response?: Response | undefined;
}
type Operation<Body> = (operations: Operations, shared: Shared) => Promise<Answer<Body>>;

const timeoutMsDefault = 10_000;
const retryDefault: RetryLimits = { attemptsMax: 4, baseMs: 250, delayMsMax: 4_000 };

/** Makes a client. Opens nothing; throws a TypeError on a URL it cannot use. */
export function createSpotwire(options: SpotwireOptions): Spotwire {
  const caller = new Caller(options);
  return {
    ...marketOperations(caller),
    ...orderOperations(caller),
    ...accountOperations(caller),
    ...fundsOperations(caller),
    ...pipelineOperations(caller),
    ...riskOperations(caller),
    ...backtestOperations(caller),
    ...keyOperations(caller),
    feed: (more = {}) =>
      new FeedClient({ url: options.url, key: options.key, random: options.random, ...more }),
  };
}

const marketOperations = (caller: Caller) => ({
  listInstruments: (o) => caller.call((api, shared) => api.listInstruments(shared), o),
  getInstrument: (symbol, o) =>
    caller.call((api, shared) => api.getInstrument({ ...shared, path: { symbol } }), o),
  listQuotes: (symbols, o) => {
    const query = symbols === undefined ? undefined : { symbols: symbols.join(",") };
    return caller.call((api, shared) => api.listQuotes({ ...shared, ...given(query) }), o);
  },
  getQuote: (symbol, o) =>
    caller.call((api, shared) => api.getQuote({ ...shared, path: { symbol } }), o),
  listSeries: (symbol, o) =>
    caller.call((api, shared) => api.listSeries({ ...shared, path: { symbol } }), o),
  listBars: (symbol, query, o) =>
    caller.call((api, shared) => api.listBars({ ...shared, path: { symbol }, ...given(query) }), o),
  listTicks: (symbol, query, o) =>
    caller.call((api, shared) => api.listTicks({ ...shared, path: { symbol }, query }), o),
  listActivityBars: (symbol, query, o) =>
    caller.call((api, shared) => api.listActivityBars({ ...shared, path: { symbol }, query }), o),
  listSignals: (symbol, query, o) =>
    caller.call(
      (api, shared) => api.listSignals({ ...shared, path: { symbol }, ...given(query) }),
      o,
    ),
  getConversion: (query, o) =>
    caller.call((api, shared) => api.getConversion({ ...shared, query }), o),
  getSession: (symbol, at, o) => {
    const query = at === undefined ? undefined : { at };
    return caller.call(
      (api, shared) => api.getSession({ ...shared, path: { symbol }, ...given(query) }),
      o,
    );
  },
} satisfies Partial<Spotwire>);

const orderOperations = (caller: Caller) => ({
  checkOrder: (accountId, body, o) =>
    caller.call((api, shared) => api.checkOrder({ ...shared, path: { accountId }, body }), o),
  placeOrder: (accountId, body, o) =>
    caller.callUntilAnswered(
      (api, shared) => api.placeOrder({ ...shared, path: { accountId }, body }),
      o,
    ),
  placeOrderGroup: (accountId, body, o) =>
    caller.callUntilAnswered(
      (api, shared) => api.placeOrderGroup({ ...shared, path: { accountId }, body }),
      o,
    ),
  replaceOrder: ({ accountId, orderId }, body, o) =>
    caller.callUntilAnswered(
      (api, shared) => api.replaceOrder({ ...shared, path: { accountId, orderId }, body }),
      o,
    ),
  cancelOrders: (accountId, query, o) =>
    caller.call(
      (api, shared) => api.cancelOrders({ ...shared, path: { accountId }, ...given(query) }),
      o,
    ),
  cancelOrder: (accountId, orderId, o) =>
    caller.call((api, shared) => api.cancelOrder({ ...shared, path: { accountId, orderId } }), o),
  getOrder: (accountId, orderId, o) =>
    caller.call((api, shared) => api.getOrder({ ...shared, path: { accountId, orderId } }), o),
  listOrders: (accountId, query, o) =>
    caller.call(
      (api, shared) => api.listOrders({ ...shared, path: { accountId }, ...given(query) }),
      o,
    ),
} satisfies Partial<Spotwire>);

const accountOperations = (caller: Caller) => ({
  openAccount: (body, o) => caller.call((api, shared) => api.openAccount({ ...shared, body }), o),
  listAccounts: (o) => caller.call((api, shared) => api.listAccounts(shared), o),
  getAccount: (accountId, o) =>
    caller.call((api, shared) => api.getAccount({ ...shared, path: { accountId } }), o),
  listPositions: (accountId, query, o) =>
    caller.call(
      (api, shared) => api.listPositions({ ...shared, path: { accountId }, ...given(query) }),
      o,
    ),
  listLots: (accountId, query, o) =>
    caller.call(
      (api, shared) => api.listLots({ ...shared, path: { accountId }, ...given(query) }),
      o,
    ),
  getAccountSnapshot: (accountId, o) =>
    caller.call((api, shared) => api.getAccountSnapshot({ ...shared, path: { accountId } }), o),
  listTransactions: (accountId, query, o) =>
    caller.call(
      (api, shared) => api.listTransactions({ ...shared, path: { accountId }, ...given(query) }),
      o,
    ),
} satisfies Partial<Spotwire>);

const fundsOperations = (caller: Caller) => ({
  deposit: (accountId, body, o) =>
    caller.callUntilAnswered(
      (api, shared) => api.deposit({ ...shared, path: { accountId }, body }),
      o,
    ),
  withdraw: (accountId, body, o) =>
    caller.callUntilAnswered(
      (api, shared) => api.withdraw({ ...shared, path: { accountId }, body }),
      o,
    ),
  transfer: (accountId, body, o) =>
    caller.callUntilAnswered(
      (api, shared) => api.transfer({ ...shared, path: { accountId }, body }),
      o,
    ),
  getExecutionQuality: (accountId, period, o) =>
    caller.call(
      (api, shared) =>
        api.getExecutionQuality({
          ...shared,
          path: { accountId },
          query: { ...period, format: "json" },
        }) as Promise<Answer<ExecutionQuality>>,
      o,
    ),
  getPlatformQuality: (period, o) =>
    caller.call(
      (api, shared) =>
        api.getPlatformQuality({ ...shared, query: { ...period, format: "json" } }) as Promise<
          Answer<ExecutionQuality>
        >,
      o,
    ),
  getStatement: (accountId, period, o) =>
    caller.call(
      (api, shared) =>
        api.getStatement({
          ...shared,
          path: { accountId },
          query: { ...period, format: "json" },
        }) as Promise<Answer<Statement>>,
      o,
    ),
} satisfies Partial<Spotwire>);

const pipelineOperations = (caller: Caller) => ({
  createImport: (body, o) => caller.call((api, shared) => api.createImport({ ...shared, body }), o),
  listImports: (query, o) =>
    caller.call((api, shared) => api.listImports({ ...shared, ...given(query) }), o),
  getImport: (importId, o) =>
    caller.call((api, shared) => api.getImport({ ...shared, path: { importId } }), o),
  cancelImport: (importId, o) =>
    caller.call((api, shared) => api.cancelImport({ ...shared, path: { importId } }), o),
  deleteImport: async (importId, o) => {
    await caller.call((api, shared) => api.deleteImport({ ...shared, path: { importId } }), o);
  },
  getImportReport: (importId, o) =>
    caller.call((api, shared) => api.getImportReport({ ...shared, path: { importId } }), o),
  getImportReportPage: (importId, o) =>
    caller.call((api, shared) => api.getImportReportPage({ ...shared, path: { importId } }), o),
  listImportFormats: (o) => caller.call((api, shared) => api.listImportFormats(shared), o),
  listSourceRules: (o) => caller.call((api, shared) => api.listSourceRules(shared), o),
  putSourceRules: (source, body, o) =>
    caller.call((api, shared) => api.putSourceRules({ ...shared, path: { source }, body }), o),
  deleteSourceRules: async (source, o) => {
    await caller.call((api, shared) => api.deleteSourceRules({ ...shared, path: { source } }), o);
  },
  listQualityGates: (o) => caller.call((api, shared) => api.listQualityGates(shared), o),
  listDayQuality: (symbol, query, o) =>
    caller.call(
      (api, shared) => api.listDayQuality({ ...shared, path: { symbol }, ...given(query) }),
      o,
    ),
  getDayQuality: ({ symbol, day, source }, o) => {
    const query = given(source === undefined ? undefined : { source });
    return caller.call(
      (api, shared) => api.getDayQuality({ ...shared, path: { symbol, day }, ...query }),
      o,
    );
  },
  getDayQualityPage: ({ symbol, day, source }, o) => {
    const query = given(source === undefined ? undefined : { source });
    return caller.call(
      (api, shared) => api.getDayQualityPage({ ...shared, path: { symbol, day }, ...query }),
      o,
    );
  },
  listQuarantine: (query, o) =>
    caller.call((api, shared) => api.listQuarantine({ ...shared, ...given(query) }), o),
  listReferenceSeries: (query, o) =>
    caller.call((api, shared) => api.listReferenceSeries({ ...shared, ...given(query) }), o),
  readReferenceSeries: (series, query, o) =>
    caller.call(
      (api, shared) => api.readReferenceSeries({ ...shared, path: { series }, ...given(query) }),
      o,
    ),
  releaseQuarantinedRow: (rowId, o) =>
    caller.call((api, shared) => api.releaseQuarantinedRow({ ...shared, path: { rowId } }), o),
} satisfies Partial<Spotwire>);

const backtestOperations = (caller: Caller) => ({
  createBacktest: (body, o) =>
    caller.callUntilAnswered((api, shared) => api.createBacktest({ ...shared, body }), o),
  listBacktests: (query, o) =>
    caller.call((api, shared) => api.listBacktests({ ...shared, ...given(query) }), o),
  getBacktest: (backtestId, o) =>
    caller.call((api, shared) => api.getBacktest({ ...shared, path: { backtestId } }), o),
  cancelBacktest: (backtestId, o) =>
    caller.call((api, shared) => api.cancelBacktest({ ...shared, path: { backtestId } }), o),
  getBacktestReport: (backtestId, o) =>
    caller.call((api, shared) => api.getBacktestReport({ ...shared, path: { backtestId } }), o),
  getBacktestPage: (backtestId, o) =>
    caller.call((api, shared) => api.getBacktestPage({ ...shared, path: { backtestId } }), o),
  getBacktestTrades: (backtestId, o) =>
    caller.call((api, shared) => api.getBacktestTrades({ ...shared, path: { backtestId } }), o),
  listBacktestStrategies: (o) =>
    caller.call((api, shared) => api.listBacktestStrategies(shared), o),
} satisfies Partial<Spotwire>);

const riskOperations = (caller: Caller) => ({
  listRefusals: (o) => caller.call((api, shared) => api.listRefusals(shared), o),
  listRiskRules: (query, o) =>
    caller.call((api, shared) => api.listRiskRules({ ...shared, ...given(query) }), o),
  getRiskRule: (level, o) =>
    caller.call((api, shared) => api.getRiskRule({ ...shared, path: { level } }), o),
  putRiskRule: (level, body, o) =>
    caller.call((api, shared) => api.putRiskRule({ ...shared, path: { level }, body }), o),
  listRiskChanges: (query, o) =>
    caller.call((api, shared) => api.listRiskChanges({ ...shared, ...given(query) }), o),
  verifyRiskChanges: (o) => caller.call((api, shared) => api.verifyRiskChanges(shared), o),
  getAccountRisk: (accountId, symbol, o) =>
    caller.call(
      (api, shared) => api.getAccountRisk({ ...shared, path: { accountId }, query: { symbol } }),
      o,
    ),
  kill: (body, o) => caller.callUntilAnswered((api, shared) => api.kill({ ...shared, body }), o),
  listKills: (query, o) =>
    caller.call((api, shared) => api.listKills({ ...shared, ...given(query) }), o),
  getKill: (killId, o) =>
    caller.call((api, shared) => api.getKill({ ...shared, path: { killId } }), o),
  releaseKill: (killId, body, o) =>
    caller.callUntilAnswered(
      (api, shared) => api.releaseKill({ ...shared, path: { killId }, body }),
      o,
    ),
} satisfies Partial<Spotwire>);

const keyOperations = (caller: Caller) => ({
  createKey: (body, o) => caller.call((api, shared) => api.createKey({ ...shared, body }), o),
  listKeys: (o) => caller.call((api, shared) => api.listKeys(shared), o),
  deleteKey: async (keyId, o) => {
    await caller.call((api, shared) => api.deleteKey({ ...shared, path: { keyId } }), o);
  },
  getSystem: (o) => caller.call((api, shared) => api.getSystem(shared), o),
  createToken: (body, o) => caller.call((api, shared) => api.createToken({ ...shared, body }), o),
} satisfies Partial<Spotwire>);

/** With exact optional properties, a query that is not there has no key either. */
const given = <Query>(query: Query | undefined): { query?: Query } =>
  query === undefined ? {} : { query };

class Caller {
  readonly #options: SpotwireOptions;
  readonly #operations: Operations;

  constructor(options: SpotwireOptions) {
    this.#options = options;
    const { protocol, href } = new URL(options.url);
    if (!/^https?:$/.test(protocol)) throw new TypeError(`Cannot use ${options.url}: not HTTP`);
    const own = options.fetch;
    const client = createClient({
      baseUrl: href.replace(/\/+$/, ""),
      ...(own === undefined ? {} : { fetch: async (request) => await own(request as Request) }),
    });
    this.#operations = new Operations({ client });
  }

  /** One attempt. Throws a SpotwireProblem, or whatever kept the answer from coming. */
  async call<Body>(operation: Operation<Body>, options?: CallOptions): Promise<Body> {
    return await this.#attempt(operation, await this.#headers(), options);
  }

  /** Attempts until there is an answer; only for operations that are safe to repeat. */
  async callUntilAnswered<Body>(operation: Operation<Body>, options?: CallOptions): Promise<Body> {
    const headers = await this.#headers();
    return await repeatUntilAnswered(() => this.#attempt(operation, headers, options), {
      limits: this.#options.retry ?? retryDefault,
      random: this.#options.random ?? machineRandom,
      signal: options?.signal,
    });
  }

  async #headers(): Promise<Record<string, string>> {
    return { authorization: `Bearer ${await readCredential(this.#options.key)}` };
  }

  async #attempt<Body>(
    operation: Operation<Body>,
    headers: Record<string, string>,
    options: CallOptions = {},
  ): Promise<Body> {
    const timeout = AbortSignal.timeout(
      options.timeoutMs ?? this.#options.timeoutMs ?? timeoutMsDefault,
    );
    const signal = options.signal === undefined
      ? timeout
      : AbortSignal.any([options.signal, timeout]);
    const { data, error, response } = await operation(this.#operations, { headers, signal });
    if (response === undefined || error instanceof Error) throw error;
    if (!response.ok) throw new SpotwireProblem(response, error);
    return data as Body;
  }
}
