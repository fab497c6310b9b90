/**
 * The life of a process: loops that run until it stops, and an orderly stop. First nothing new is
 * accepted and what is under way is finished (the loops still run, since that may need them), then
 * the loops end, then connections close, the last opened first.
 */

import type { Logger } from "./logger.ts";

export interface LifecycleOptions {
  readonly logger: Logger;
  /** For finishing what is under way, and again for closing. Default 10 000. */
  readonly drainMsMax?: number | undefined;
}

type Step = { readonly name: string; readonly run: () => void | Promise<void> };

export class Lifecycle {
  readonly #logger: Logger;
  readonly #drainMsMax: number;
  readonly #abort = new AbortController();
  readonly #loops = new Map<string, Promise<void>>();
  readonly #drains: Step[] = [];
  readonly #closes: Step[] = [];
  readonly #ended = Promise.withResolvers<{ failed: boolean }>();
  #failed = false;
  #stopping: Promise<void> | undefined;

  constructor({ logger, drainMsMax = 10_000 }: LifecycleOptions) {
    this.#logger = logger;
    this.#drainMsMax = drainMsMax;
  }

  /** Aborts when the loops must end. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Resolves after the stop; `failed` when a loop or a step of the stop did. */
  get stopped(): Promise<{ failed: boolean }> {
    return this.#ended.promise;
  }

  /** Runs a loop in the background. One that rejects stops the process as failed. */
  run(name: string, work: (signal: AbortSignal) => Promise<void>): void {
    const loop = Promise.resolve().then(() => work(this.signal)).catch((error) => {
      if (this.signal.aborted && error === this.signal.reason) return;
      this.#fail(error, `${name} failed`);
      void this.stop(`${name} failed`);
    }).finally(() => this.#loops.delete(name));
    this.#loops.set(name, loop);
  }

  /** At the beginning of the stop: accept nothing new, finish what is under way. */
  onDrain(name: string, run: () => void | Promise<void>): void {
    this.#drains.push({ name, run });
  }

  /** At the end of the stop, in reverse order of registering: close. */
  onStop(name: string, run: () => void | Promise<void>): void {
    this.#closes.push({ name, run });
  }

  /** Stops once, however often it is called; resolves when everything is closed. */
  stop(reason: string): Promise<void> {
    return this.#stopping ??= this.#stop(reason);
  }

  async #stop(reason: string): Promise<void> {
    this.#logger.info({ reason }, "stopping");
    const late = deadline(this.#drainMsMax);
    const drains = this.#drains.map((step) => [step.name, this.#attempt(step)] as const);
    await this.#settle("drain", drains, late);
    this.#abort.abort(new DOMException("The process is stopping", "AbortError"));
    await this.#settle("loop", [...this.#loops], late);
    late.clear();
    const closeLate = deadline(this.#drainMsMax);
    for (const step of this.#closes.toReversed()) {
      await this.#settle("close", [[step.name, this.#attempt(step)]], closeLate);
    }
    closeLate.clear();
    this.#logger.info({ failed: this.#failed }, "stopped");
    this.#ended.resolve({ failed: this.#failed });
  }

  async #attempt({ name, run }: Step): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#fail(error, `${name} failed while stopping`);
    }
  }

  /** Waits for all, or until it is too late; then names what is left and goes on. */
  async #settle(
    kind: string,
    work: readonly (readonly [string, Promise<void>])[],
    late: Deadline,
  ): Promise<void> {
    const left = new Set(work.map(([name]) => name));
    const all = Promise.all(work.map(([name, done]) => done.then(() => left.delete(name))));
    await Promise.race([all, late.passed]);
    if (left.size > 0) this.#logger.warn({ kind, left: [...left] }, "not waiting any longer");
  }

  #fail(error: unknown, message: string): void {
    this.#failed = true;
    this.#logger.error({ err: error }, message);
  }
}

interface Deadline {
  readonly passed: Promise<void>;
  /** A timer left running would keep the process alive. */
  clear(): void;
}

function deadline(ms: number): Deadline {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timeout = setTimeout(resolve, ms);
  return { passed: promise, clear: () => clearTimeout(timeout) };
}

/** Stops on SIGINT and SIGTERM. A second signal exits at once, for a stop that hangs. */
export function stopOnSignals(lifecycle: Lifecycle): void {
  const signals: readonly Deno.Signal[] = ["SIGINT", "SIGTERM"];
  let asked = false;
  const onSignal = () => {
    if (asked) Deno.exit(130);
    asked = true;
    void lifecycle.stop("signal");
  };
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  void lifecycle.stopped.then(() => {
    for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
  });
}
