/**
 * Ends a reserved session with its connection. The driver alone goes on with it: without a socket,
 * which ends the process, or on a connection that was made anew, outside the transaction that the
 * session had begun, so that the second half of one would be kept without the first.
 */

import type { Sql } from "postgres";

type Reserved = Pick<Awaited<ReturnType<Sql["reserve"]>>, "unsafe" | "release">;
type Unsafe = Reserved["unsafe"];

/** The driver's connection; it tells who runs a query, and who closed, by the same number. */
interface Connection {
  readonly id: number;
}

/** The connection that a session was on is gone, and with it the transaction. */
export class SessionLost extends Error {
  override readonly name = "SessionLost";
}

export class SessionFence {
  #pool: Sql | null = null;
  /** Connections that were there, by number. */
  readonly #used = new Set<number>();
  readonly #sessions = new Map<number, FencedSession>();
  /** Of those that wait for a session: asks for one again. */
  readonly #waiting = new Set<() => void>();

  /** To be told of every connection of the pool that closes. */
  readonly closed = (id: number): void => {
    this.#sessions.get(id)?.end();
    this.#sessions.delete(id);
    void this.#recover(this.#used.delete(id));
  };

  /**
   * The first on a new connection is told why the one before it was closed, and where that was for a
   * session the pool loses the connection: a query is first. And the pool forgets one of those that
   * wait for a session, whichever it is.
   */
  async #recover(wasUsed: boolean): Promise<void> {
    if (wasUsed) await this.#pool?.unsafe("select 1").catch(() => {});
    else await Promise.resolve();
    for (const ask of this.#waiting) ask();
  }

  /** A session of the pool. */
  async reserve(pool: Sql): Promise<Reserved> {
    this.#pool = pool;
    const session: FencedSession = new FencedSession(
      await this.#session(pool),
      (id) => {
        this.#used.add(id);
        this.#sessions.set(id, session);
      },
    );
    return session;
  }

  #session(pool: Sql): Promise<Reserved> {
    const { promise, resolve, reject } = Promise.withResolvers<Reserved>();
    let refused = 0;
    const ask = () => {
      if (!this.#waiting.has(ask)) return;
      pool.reserve().then((session) => {
        if (this.#waiting.delete(ask)) resolve(session);
        else session.release();
      }, (error) => {
        if (isLast(error) && refused++ === 0) ask();
        else if (this.#waiting.delete(ask)) reject(error);
      });
    };
    this.#waiting.add(ask);
    ask();
    return promise;
  }
}

class FencedSession implements Reserved {
  readonly #session: Reserved;
  readonly #onConnection: (id: number) => void;
  #hasConnection = false;
  #ended = false;

  constructor(session: Reserved, onConnection: (id: number) => void) {
    this.#session = session;
    this.#onConnection = onConnection;
  }

  end(): void {
    this.#ended = true;
  }

  readonly unsafe = ((text, parameters, options) => {
    if (this.#ended) return after(text);
    const onexecute = ({ id }: Connection) => {
      this.#hasConnection = true;
      this.#onConnection(id);
      return true;
    };
    const told = this.#hasConnection ? options : { ...options, onexecute };
    const query = this.#session.unsafe(text, parameters, told);
    query.catch((error) => {
      if (isLast(error)) this.end();
    });
    return query;
  }) as Unsafe;

  /** A connection that closed is the pool's again already. */
  release(): void {
    if (!this.#ended) this.#session.release();
    this.#ended = true;
  }
}

/** The server says that it hangs up, and the connection closes a moment later; or it has closed. */
const isLast = (error: { severity?: string; code?: string } | null): boolean =>
  error?.severity === "FATAL" || error?.severity === "PANIC" ||
  /^(?:CONNECT|E[A-Z]+$)/.test(error?.code ?? "");

/** A transaction that is lost is rolled back. */
function after(text: string): ReturnType<Unsafe> {
  const answer = text.trim().toLowerCase() === "rollback"
    ? Promise.resolve(Object.assign([], { command: "ROLLBACK", count: 0 }))
    : Promise.reject(new SessionLost("The connection was lost, and what was begun on it undone"));
  return answer as unknown as ReturnType<Unsafe>;
}
