/**
 * OANDA's streaming endpoints over HTTP. Holds the token, which is in a header of each request and
 * in nothing that is logged or thrown.
 */

import * as v from "valibot";
import { epochMs, type Timer } from "../../domain/time.ts";
import { NonRetryable, Retryable } from "../../resilience/errors.ts";
import { createRateLimiter, type RateLimiter } from "../../resilience/rate_limiter.ts";
import { linesOf } from "./lines.ts";
import { errorBody } from "./models.ts";

/** OANDA's limits, for one address: new connections a second, and streams at once. */
export const connectionsPerSecondMax = 2;
export const streamsMax = 20;

/** The streaming host of each of OANDA's environments. */
export const oandaHosts = {
  practice: "https://stream-fxpractice.oanda.com",
  live: "https://stream-fxtrade.oanda.com",
} as const;

export interface OandaAccess {
  /** `https://…` of the streaming host, without a path. */
  readonly url: string;
  readonly token: string;
  readonly accountId: string;
  /** Default: the runtime's own. */
  readonly fetch?: typeof fetch;
}

/** Longest pause an answer can ask for. */
const askedMsMax = 300_000;
/** Of a refusal's body, what is read. */
const refusalBytesMax = 4_096;

export class OandaClient {
  readonly #access: OandaAccess;
  readonly #timer: Timer;
  readonly #limiter: RateLimiter;

  /** `timer` is steady. */
  constructor(access: OandaAccess, timer: Timer) {
    this.#access = access;
    this.#timer = timer;
    // One at a time, evenly: two at once and their successors would be three in a second.
    this.#limiter = createRateLimiter({
      limit: 1,
      windowMs: 1_000 / connectionsPerSecondMax,
      clock: timer,
      keysMax: 1,
    });
  }

  /** Prices of the instruments, the present ones first. */
  openPricing(
    instruments: readonly string[],
    signal: AbortSignal,
  ): Promise<AsyncIterable<readonly string[]>> {
    const query = `instruments=${encodeURIComponent(instruments.join(","))}&snapshot=true`;
    return this.#open(`pricing/stream?${query}`, signal);
  }

  /** What happens to the account from now on. */
  openTransactions(signal: AbortSignal): Promise<AsyncIterable<readonly string[]>> {
    return this.#open("transactions/stream", signal);
  }

  async #open(path: string, signal: AbortSignal): Promise<AsyncIterable<readonly string[]>> {
    await this.#permit(signal);
    const { url, token, accountId, fetch: ask = fetch } = this.#access;
    const response = await ask(`${url}/v3/accounts/${encodeURIComponent(accountId)}/${path}`, {
      headers: {
        authorization: `Bearer ${token}`,
        "accept-datetime-format": "RFC3339",
        // A compressed stream keeps prices back until its block is full.
        "accept-encoding": "identity",
      },
      redirect: "error", // a token goes to the host it was given for
      signal,
    });
    if (response.status !== 200) throw await this.#refusal(response);
    if (response.body === null) throw new Retryable("OANDA answered 200 without a body");
    return linesOf(response.body, signal);
  }

  /** Waits until OANDA's limit of new connections allows one more. */
  async #permit(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const { allowed, retryAfterMs } = this.#limiter.take("connections");
      if (allowed) return;
      await this.#timer.sleepUntil(epochMs(this.#timer.now() + Math.ceil(retryAfterMs)), signal);
    }
  }

  async #refusal(response: Response): Promise<Error> {
    const { status } = response;
    const said = await this.#messageOf(response);
    const message = `OANDA answered ${status}${said === "" ? "" : `: ${said}`}`;
    if (status === 429 || status >= 500) {
      return new Retryable(message, { afterMs: askedPause(response) });
    }
    if (status === 401 || status === 403) {
      return new NonRetryable(`${message}; check oanda.token and oanda.environment`);
    }
    return new NonRetryable(`${message}; check oanda.accountId and oanda.instruments`);
  }

  async #messageOf(response: Response): Promise<string> {
    try {
      const text = await firstBytes(response, refusalBytesMax);
      const body = v.safeParse(errorBody, JSON.parse(text));
      return body.success ? body.output.errorMessage.replaceAll(this.#access.token, "…") : "";
    } catch {
      return ""; // a proxy's page says nothing that the status does not
    }
  }
}

async function firstBytes(response: Response, most: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= most) break;
  }
  return text;
}

/** `Retry-After` in milliseconds, where it counts seconds. */
function askedPause(response: Response): number | undefined {
  const text = response.headers.get("retry-after") ?? "";
  return /^\d{1,6}$/.test(text) ? Math.min(Number(text) * 1_000, askedMsMax) : undefined;
}
