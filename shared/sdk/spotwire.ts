/** The HTTP operations of the platform, as one small object. */

import { machineRandom } from "./backoff.ts";
import { type Credential, readCredential } from "./credential.ts";
import { FeedClient, type FeedOptions } from "./feed.ts";
import { type Client, createClient } from "./generated/client/index.ts";
import * as operations from "./generated/sdk.gen.ts";
import { SpotwireProblem } from "./problem.ts";
import { repeatUntilAnswered, type RetryLimits } from "./retry.ts";
import type { CallOptions, Spotwire } from "./spotwire_api.ts";

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
  client: Client;
  headers: Record<string, string>;
  signal: AbortSignal;
}
/** What a generated operation gives back. */
interface Answer<Body> {
  data?: Body | undefined;
  error?: unknown;
  response?: Response | undefined;
}
type Operation<Body> = (shared: Shared) => Promise<Answer<Body>>;

const timeoutMsDefault = 10_000;
const retryDefault: RetryLimits = { attemptsMax: 4, baseMs: 250, delayMsMax: 4_000 };

/** Makes a client. Opens nothing; throws a TypeError on a URL it cannot use. */
export function createSpotwire(options: SpotwireOptions): Spotwire {
  const caller = new Caller(options);
  const call = <Body>(o: CallOptions | undefined, operation: Operation<Body>) =>
    caller.call(operation, o);
  return {
    ...marketOperations(caller),
    checkOrder: (accountId, body, o) =>
      call(o, (shared) => operations.checkOrder({ ...shared, path: { accountId }, body })),
    placeOrder: (accountId, body, o) =>
      caller.callUntilAnswered(
        (shared) => operations.placeOrder({ ...shared, path: { accountId }, body }),
        o,
      ),
    cancelOrder: (accountId, orderId, o) =>
      call(o, (shared) => operations.cancelOrder({ ...shared, path: { accountId, orderId } })),
    getOrder: (accountId, orderId, o) =>
      call(o, (shared) => operations.getOrder({ ...shared, path: { accountId, orderId } })),
    listOrders: (accountId, query, o) =>
      call(
        o,
        (shared) => operations.listOrders({ ...shared, path: { accountId }, ...given(query) }),
      ),
    openAccount: (body, o) => call(o, (shared) => operations.openAccount({ ...shared, body })),
    listAccounts: (o) => call(o, (shared) => operations.listAccounts(shared)),
    getAccount: (accountId, o) =>
      call(o, (shared) => operations.getAccount({ ...shared, path: { accountId } })),
    listPositions: (accountId, o) =>
      call(o, (shared) => operations.listPositions({ ...shared, path: { accountId } })),
    listTransactions: (accountId, query, o) =>
      call(
        o,
        (shared) =>
          operations.listTransactions({ ...shared, path: { accountId }, ...given(query) }),
      ),
    createKey: (body, o) => call(o, (shared) => operations.createKey({ ...shared, body })),
    listKeys: (o) => call(o, (shared) => operations.listKeys(shared)),
    deleteKey: (keyId, o) =>
      call(o, async (shared) => ({
        ...await operations.deleteKey({ ...shared, path: { keyId } }),
        data: undefined,
      })),
    createToken: (body, o) => call(o, (shared) => operations.createToken({ ...shared, body })),
    feed: (o: Partial<FeedOptions> = {}) =>
      new FeedClient({ url: options.url, key: options.key, random: options.random, ...o }),
  };
}

function marketOperations(caller: Caller) {
  const call = <Body>(o: CallOptions | undefined, operation: Operation<Body>) =>
    caller.call(operation, o);
  return {
    listInstruments: (o) => call(o, (shared) => operations.listInstruments(shared)),
    getInstrument: (symbol, o) =>
      call(o, (shared) => operations.getInstrument({ ...shared, path: { symbol } })),
    listQuotes: (symbols, o) => {
      const query = symbols === undefined ? undefined : { symbols: symbols.join(",") };
      return call(o, (shared) => operations.listQuotes({ ...shared, ...given(query) }));
    },
    getQuote: (symbol, o) =>
      call(o, (shared) => operations.getQuote({ ...shared, path: { symbol } })),
    listBars: (symbol, query, o) =>
      call(o, (shared) => operations.listBars({ ...shared, path: { symbol }, ...given(query) })),
  } satisfies Partial<Spotwire>;
}

/** With exact optional properties, a query that is not there has no key either. */
const given = <Query>(query: Query | undefined): { query?: Query } =>
  query === undefined ? {} : { query };

class Caller {
  readonly #options: SpotwireOptions;
  readonly #client: Client;

  constructor(options: SpotwireOptions) {
    this.#options = options;
    const baseUrl = new URL(options.url).href.replace(/\/+$/, "");
    const own = options.fetch;
    this.#client = createClient({
      baseUrl,
      ...(own === undefined ? {} : { fetch: async (request) => await own(request as Request) }),
    });
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
    const { data, error, response } = await operation({ client: this.#client, headers, signal });
    if (response === undefined || error instanceof Error) throw error;
    if (!response.ok) throw new SpotwireProblem(response, error);
    return data as Body;
  }
}
