/** What the console takes from the browser it runs in; `main.tsx` gives it, tests give their own. */

export interface Machine {
  /** Milliseconds since 1970. */
  now(): number;
  /** Never twice the same. */
  newId(): string;
  /** Of the platform: `http://localhost:8000`. */
  readonly origin: string;
  /** Calls back before the next picture is drawn, with its time in milliseconds. */
  nextFrame(run: (at: number) => void): void;
  /** Begins the page anew: nothing of whoever was signed in stays in memory. */
  reload(): void;
  /** What stays when the page is left; never a secret. */
  readonly kept: Pick<Storage, "getItem" | "setItem">;
}
