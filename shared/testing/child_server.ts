/** A server started by a test, stopped by its own process id. */

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Where the server keeps its data; give it to the next start to carry on. */
  readonly folder: string;
  /** Stops it at once and keeps its data. */
  kill(): Promise<void>;
  /** Stops it and removes its temporary folder. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Carry on in a folder of an earlier start. */
  readonly folder?: string | undefined;
  readonly port?: number | undefined;
}

/** Ends a child and waits until it is gone. */
export async function endChild(child: Deno.ChildProcess, signal: Deno.Signal): Promise<void> {
  try {
    child.kill(signal);
  } catch {
    // Already gone.
  }
  await child.status;
}

/** Removes a folder that another user's process may have just left. */
export const removeFolder = (folder: string): Promise<void> =>
  Deno.remove(folder, { recursive: true }).catch(() => {});
