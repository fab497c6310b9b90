/** What every service stands on. */

import type { Clock } from "../domain/time.ts";
import type { AuthContext, Authenticate } from "./auth.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import type { IdSource } from "./time.ts";

/**
 * Counts a request against its sender's limit; answers the header fields that say where it stands.
 * `info` is what the server passes beside the request.
 * @throws Problem `rate_limited`
 */
export type Limit = (auth: AuthContext | null, info: unknown) => Readonly<Record<string, string>>;

export interface ServiceDeps {
  readonly service: string;
  readonly version: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly authenticate: Authenticate;
  /** Readiness: each throws while what it names cannot be reached. */
  readonly checks: Record<string, () => Promise<void>>;
  readonly bodyBytesMax: number;
  /** Default: no limit. */
  readonly limit?: Limit | undefined;
}
