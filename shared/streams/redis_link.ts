/** How Redis commands reach a server; streams are the same commands over either wire. */

export type Command = readonly (string | number)[];

/** Replies are the plain ones of RESP 2: text, numbers, arrays, null. */
export interface RedisLink {
  send(command: Command): Promise<unknown>;
  /** In order; rejects with the first error, when commands before and after it may have been done. */
  pipeline(commands: readonly Command[]): Promise<void>;
  /** All or none. */
  transaction(commands: readonly Command[]): Promise<void>;
  /** For reads of the topic that wait; connects on the first one. */
  reader(topic: string): LinkReader;
  /** Aborts when the link is closed. */
  readonly closing: AbortSignal;
  close(): Promise<void>;
}

export interface LinkReader {
  /**
   * The first reply that is not null, or null when none came within `blockMs` or before the abort.
   * An entry the server handed out is never dropped on the way to an abort.
   */
  read(
    command: (block: Command) => Command,
    options: { blockMs: number; signal?: AbortSignal | undefined },
  ): Promise<unknown>;
  close(): void;
}

/** Requests that do not wait for entries are answered within this, or fail. */
export const answerMsMax = 5_000;

/** Whether the server understood and said no; anything else may pass when tried again. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Error && /^(?:ERR|WRONGTYPE|WRONGPASS|NOAUTH|NOPERM)\b/.test(error.message);

/** @throws Error when `reply` takes longer than `ms`. */
export async function within<T>(ms: number, reply: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Cannot reach Redis: no answer in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([reply, late]);
  } finally {
    clearTimeout(timer);
  }
}
