/** The newest errors that the parts of a process logged, for people who operate it. */

export interface RecentError {
  /** RFC 3339. */
  readonly time: string;
  readonly service: string;
  readonly message: string;
  /** Name of the error's class; its words and stack stay in the log. */
  readonly kind: string | null;
  /** Of the request it happened in, as its answer named it. */
  readonly requestId: string | null;
}

export const recentErrorsMax = 100;

const errorLine = /"level":"(?:error|fatal)"/;

export class RecentErrors {
  #kept: RecentError[] = [];

  /** Newest first. */
  list(): readonly RecentError[] {
    return this.#kept;
  }

  /** Takes a line of the log; those below `error` are passed over. */
  take(line: string): void {
    if (!errorLine.test(line)) return;
    const record = JSON.parse(line);
    const text = (value: unknown): string | null => typeof value === "string" ? value : null;
    const one = {
      time: text(record.time) ?? "",
      service: text(record.service) ?? "",
      message: text(record.msg) ?? "",
      kind: text(record.err?.type),
      requestId: text(record.requestId),
    };
    this.#kept = [one, ...this.#kept].slice(0, recentErrorsMax);
  }
}
