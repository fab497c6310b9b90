/** The data pipeline in this process, on the data folder's own store: what an import needs alone. */

import { createPipelineApp } from "../../services/data-pipeline/app.ts";
import { startPipeline } from "../../services/data-pipeline/deps.ts";
import { Lifecycle, stopOnSignals } from "../../shared/runtime/lifecycle.ts";
import { version } from "../../shared/runtime/ground.ts";
import { createLogger } from "../../shared/runtime/logger.ts";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { keepStore } from "../../shared/runtime/store_upkeep.ts";
import { systemTimer, uuidIds } from "../../shared/runtime/time.ts";
import type { DepotSettings } from "../../shared/timeseries/depot/open_depot.ts";
import { openStore } from "../../shared/storage/open_store.ts";
import { createSpotwire, type Spotwire } from "../../shared/sdk/mod.ts";

export interface LocalPipeline {
  readonly spotwire: Spotwire;
  readonly path: string;
  /** Resolves when a signal has closed it. */
  readonly stopped: Promise<unknown>;
  close(): Promise<void>;
}

/** The one caller there is may do everything. */
const ownKey = "sw_local";

/** @throws Error naming the process that holds the data folder, Deno.errors.NotFound for the path */
export async function openLocal(
  of: {
    folder: string;
    database: string | undefined;
    history: DepotSettings;
    path: string;
  },
): Promise<LocalPipeline> {
  const real = await Deno.realPath(of.path);
  const imports = await Deno.realPath(`${of.folder}/import`).catch(() => null);
  const inside = imports !== null && real.startsWith(`${imports}/`);
  const service = "data-pipeline";
  const logger = createLogger({ service, level: "error" });
  const lifecycle = new Lifecycle({ logger });
  stopOnSignals(lifecycle);
  const store = await openStore(of.database ?? `pglite:${of.folder}/db`);
  lifecycle.onStop("store", () => store.close());
  keepStore(store, { lifecycle, logger });
  const deps = await startPipeline({
    service,
    version,
    logger,
    metrics: createMetrics(service),
    clock: systemTimer,
    ids: uuidIds,
    authenticate: ({ value }) =>
      value === ownKey
        ? { subject: "import", permissions: new Set(["admin"]), accounts: "all" }
        : null,
    checks: {},
    bodyBytesMax: 1_048_576,
    store,
    // Whoever runs this may read the disk anyway; a file keeps the name that a platform would give it.
    folder: inside ? imports : "/",
    history: of.history,
  }, lifecycle);
  const app = createPipelineApp(deps);
  return {
    spotwire: createSpotwire({
      url: "http://here",
      key: ownKey,
      fetch: (request) => app.fetch(request),
    }),
    path: inside ? real.slice(imports.length + 1) : real.replace(/^\/+/, ""),
    stopped: lifecycle.stopped,
    close: () => lifecycle.stop("import over"),
  };
}
