/**
 * One long connection that must not die unnoticed: opened again for ever, with pauses that grow and
 * are spread, and given up when nothing was heard on it for too long, whatever the socket says.
 * Streams of one venue are supervised apart, so one that lives never hides another's death.
 */

import type { Random } from "../domain/random.ts";
import { type EpochMs, epochMs, type Timer } from "../domain/time.ts";
import { Backoff } from "../resilience/backoff.ts";
import { NonRetryable, Retryable } from "../resilience/errors.ts";
import type { StreamHealth, VenueWatch } from "./venue.ts";

/** Pauses before a stream is opened again. */
const reopenMs = { first: 250, most: 30_000 };

export interface SupervisedStreamOptions<Message> {
  readonly name: string;
  /**
   * Connects; the messages come in groups that arrived together.
   * @throws Retryable, NonRetryable (asked again all the same, as seldom as can be), or anything.
   */
  open(signal: AbortSignal): Promise<AsyncIterable<readonly Message[]>>;
  /** Nothing heard for so long, from asking on: the connection is dead. */
  readonly silentMsMax: number;
  /** Steady: it must not jump when the machine's clock is set. */
  readonly timer: Timer;
  readonly random: Random;
  readonly watch: VenueWatch;
  onOpen?(): void;
  onMessages(messages: readonly Message[]): void;
}

/** Why the present connection is left. */
class Left extends Error {}

export class SupervisedStream<Message> {
  readonly #options: SupervisedStreamOptions<Message>;
  readonly #backoff: Backoff;
  #connection: AbortController | null = null;
  #connected = false;
  #connections = 0;
  #openedAt: EpochMs;
  #heardAt: EpochMs;
  #toldAt: EpochMs;

  constructor(options: SupervisedStreamOptions<Message>) {
    this.#options = options;
    const { random, timer } = options;
    this.#backoff = new Backoff({ firstMs: reopenMs.first, mostMs: reopenMs.most, random });
    this.#openedAt = this.#heardAt = this.#toldAt = timer.now();
  }

  /** Until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { timer, name, watch } = this.#options;
    while (!signal.aborted) {
      const failure = await this.#connect(signal);
      if (signal.aborted) return;
      const livedMs = timer.now() - this.#openedAt;
      // One that is cut at once has proved nothing: a storm of them must slow down.
      if (this.#connected && livedMs >= this.#options.silentMsMax) this.#backoff.reset();
      this.#connected = false;
      const waitMs = Math.round(this.#pauseAfter(failure));
      const level = failure instanceof NonRetryable ? "error" : "warn";
      watch.note(level, "venue stream lost, will open again", {
        stream: name,
        reason: failure.message,
        waitMs,
      });
      watch.count("streams_lost", name);
      await timer.sleepUntil(epochMs(timer.now() + waitMs), signal);
    }
  }

  /** Gives the present connection up for a fresh one, without a pause that has grown. */
  reopen(reason: string): void {
    this.#backoff.reset();
    this.#connection?.abort(new Left(reason));
  }

  /** Something more than a sign of life was said. */
  told(): void {
    this.#toldAt = this.#options.timer.now();
  }

  get silentMs(): number {
    return this.#options.timer.now() - this.#heardAt;
  }

  health(): StreamHealth {
    return {
      name: this.#options.name,
      connected: this.#connected,
      silentMs: this.silentMs,
      idleMs: this.#options.timer.now() - this.#toldAt,
      connections: this.#connections,
    };
  }

  #pauseAfter(failure: Error): number {
    if (failure instanceof NonRetryable) return reopenMs.most;
    return this.#backoff.nextMs(failure instanceof Retryable ? failure.afterMs : undefined);
  }

  /** One connection from asking to its end, and why it ended. */
  async #connect(signal: AbortSignal): Promise<Error> {
    const { timer, watch, name } = this.#options;
    const connection = new AbortController();
    const ended = AbortSignal.any([signal, connection.signal]);
    this.#connection = connection;
    // Asking counts as hearing only for the guard: a venue that never answers stays silent.
    this.#openedAt = timer.now();
    const guard = this.#guard(connection, ended);
    try {
      const groups = await this.#options.open(ended);
      this.#connected = true;
      this.#connections++;
      watch.note("info", "venue stream open", { stream: name });
      this.#options.onOpen?.();
      for await (const messages of groups) {
        if (ended.aborted) break;
        this.#heardAt = timer.now();
        this.#options.onMessages(messages);
      }
      ended.throwIfAborted();
      return new Retryable("The venue ended the stream");
    } catch (error) {
      if (connection.signal.aborted) return connection.signal.reason;
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#connection = null;
      connection.abort(new Left("The connection has ended"));
      await guard;
    }
  }

  async #guard(connection: AbortController, ended: AbortSignal): Promise<void> {
    const { timer, silentMsMax } = this.#options;
    while (!ended.aborted) {
      const from = Math.max(this.#heardAt, this.#openedAt);
      const deadAt = epochMs(from + silentMsMax);
      if (timer.now() >= deadAt) {
        return connection.abort(new Left(`Nothing was heard for ${silentMsMax} ms`));
      }
      await timer.sleepUntil(deadAt, ended);
    }
  }
}
