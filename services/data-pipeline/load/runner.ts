/**
 * The worker loop: takes one import at a time and sees it through to an end. A copy that dies stops
 * renewing its lease, and another goes on where it stood; a copy that is asked to stop gives the
 * import back.
 */

import type { IdSource } from "../../../shared/domain/ids.ts";
import type { Logger } from "../../../shared/runtime/logger.ts";
import { pause } from "../../../shared/runtime/time.ts";
import { SourceFileError } from "../../../shared/venues/files/source_file.ts";
import {
  type EndState,
  type ImportError,
  type ImportRequest,
  type ImportRow,
  type Lease,
  LeaseLost,
} from "../imports/import_store.ts";
import { GateStopped } from "./check_piece.ts";
import { DownloadFailed, type FetchDeps, fetchFiles } from "./fetch_files.ts";
import { LoadProgress } from "./progress.ts";
import { type LoadDeps, runLoad } from "./run_load.ts";
import type { Loaded } from "./loaded.ts";

export interface RunnerDeps extends LoadDeps, FetchDeps {
  readonly ids: IdSource;
  readonly logger: Logger;
  onEnd(state: EndState): void;
}

/** How often another copy's import, or one whose copy died, is looked for. */
const lookEveryMs = 1_000;
const beatEveryMs = 1_000;

class Canceled extends Error {
  override readonly name = "Canceled";
}

export class ImportRunner {
  readonly #deps: RunnerDeps;
  readonly #owner: string;
  #kicked = Promise.withResolvers<void>();

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
    this.#owner = deps.ids.next();
  }

  /** There may be something to do: do not wait for the next look. */
  kick(): void {
    this.#kicked.resolve();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#kicked = Promise.withResolvers();
      try {
        if (await this.runNext(signal)) continue;
      } catch (error) {
        this.#deps.logger.warn({ err: error }, "cannot look for imports");
      }
      await Promise.race([pause(lookEveryMs, signal), this.#kicked.promise]);
    }
  }

  /** Runs the oldest import that waits, or the one named; whether there was one. */
  async runNext(signal: AbortSignal, importId?: string): Promise<boolean> {
    const { imports, clock } = this.#deps;
    const row = await imports.claim(this.#owner, clock.now(), importId);
    if (row === null) return false;
    await this.#see(row, signal);
    return true;
  }

  async #see(row: ImportRow, stop: AbortSignal): Promise<void> {
    const { imports, logger } = this.#deps;
    const lease: Lease = {
      importId: row.import_id,
      owner: this.#owner,
      attempt: row.attempt,
    };
    const ending = new AbortController();
    const signal = AbortSignal.any([stop, ending.signal]);
    const progress = new LoadProgress();
    progress.bytesDone = Number(row.bytes_done);
    const beating = this.#beat(lease, progress, ending);
    try {
      if (row.cancel_asked) throw new Canceled();
      logger.info({ importId: row.import_id, attempt: row.attempt }, "import begins");
      await this.#fetch(row, lease, { progress, signal });
      const loaded = await runLoad(this.#deps, { row, lease, progress, signal });
      await this.#end(lease, { state: "done", error: null, ...loaded });
    } catch (error) {
      if (stop.aborted && !(error instanceof Canceled)) return await imports.yield(lease);
      await this.#fail(lease, error);
    } finally {
      ending.abort(new LeaseLost(lease.importId));
      await beating;
    }
  }

  /** A plan says that the files were there. */
  async #fetch(
    row: ImportRow,
    lease: Lease,
    run: { readonly progress: LoadProgress; readonly signal: AbortSignal },
  ): Promise<void> {
    const { download = null } = row.request as ImportRequest;
    if (download === null || row.planned) return;
    await fetchFiles(this.#deps, download, run);
    await this.#deps.imports.beat(lease, run.progress.tell(performance.now()));
  }

  async #fail(lease: Lease, reason: unknown): Promise<void> {
    const { logger } = this.#deps;
    const { importId } = lease;
    if (reason instanceof LeaseLost) {
      return logger.warn({ importId }, "another copy runs the import");
    }
    if (reason instanceof Canceled) {
      return await this.#end(lease, { state: "canceled", error: null });
    }
    const error = errorOf(reason, (path) => this.#deps.nameOf(path));
    if (error.code === "internal") logger.error({ importId, err: reason }, "import failed");
    else logger.info({ importId, error }, "import stopped");
    await this.#end(lease, { state: error.code === "internal" ? "failed" : "stopped", error });
  }

  async #end(
    lease: Lease,
    how: { state: EndState; error: ImportError | null } & Partial<Loaded>,
  ): Promise<void> {
    const { imports, clock, logger } = this.#deps;
    try {
      await imports.end(lease, { ...how, now: clock.now() });
      this.#deps.onEnd(how.state);
    } catch (lost) {
      if (!(lost instanceof LeaseLost)) throw lost;
      logger.warn({ importId: lease.importId }, "another copy runs the import");
    }
  }

  /** Renews the lease and tells how far it is, until the load ends. */
  async #beat(lease: Lease, progress: LoadProgress, ending: AbortController): Promise<void> {
    const { imports, logger } = this.#deps;
    while (!ending.signal.aborted) {
      await pause(beatEveryMs, ending.signal);
      if (ending.signal.aborted) return;
      try {
        const told = progress.tell(performance.now());
        if ((await imports.beat(lease, told)).cancelAsked) ending.abort(new Canceled());
      } catch (error) {
        if (error instanceof LeaseLost) ending.abort(error);
        else logger.warn({ err: error, importId: lease.importId }, "cannot renew the lease");
      }
    }
  }
}

function errorOf(error: unknown, nameOf: (path: string) => string): ImportError {
  if (error instanceof GateStopped) {
    return { code: "gate", message: error.message, file: error.file, row: error.row };
  }
  if (error instanceof DownloadFailed) {
    return { code: "download", message: error.message, file: null, row: null };
  }
  if (error instanceof SourceFileError) {
    const file = nameOf(error.path);
    const message = error.message.replaceAll(error.path, file);
    return { code: "file", message, file, row: error.row };
  }
  const message = isDiskFull(error)
    ? "The disk of the store is full; make room and load the same again: what was stored stays"
    : "The load failed on our side; the log tells why";
  return { code: "internal", message, file: null, row: null };
}

/** What Postgres answers when it could not write for want of room. */
const diskFullCode = "53100";

const isDiskFull = (error: unknown): boolean =>
  error instanceof Error &&
  ("code" in error && error.code === diskFullCode || isDiskFull(error.cause));
