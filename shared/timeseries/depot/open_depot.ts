/** Opens the depot a URL names. */

import type { BlockDepot } from "./block_depot.ts";
import { FolderDepot } from "./folder_depot.ts";
import { S3Depot } from "./s3_depot.ts";

export interface DepotCredentials {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
}

/** As settings name a depot and its credentials. */
export interface DepotSettings {
  readonly depotUrl?: string | undefined;
  readonly depotAccessKeyId?: string | undefined;
  readonly depotSecretAccessKey?: string | undefined;
}

/** The depot of the settings; `null` where they name none. @throws TypeError as {@link openDepot} */
export function depotOf(settings: DepotSettings): BlockDepot | null {
  const { depotUrl, depotAccessKeyId, depotSecretAccessKey } = settings;
  if (depotUrl === undefined) return null;
  return openDepot(depotUrl, {
    accessKeyId: depotAccessKeyId,
    secretAccessKey: depotSecretAccessKey,
  });
}

const form = 'expected "folder:<path>" or "s3://bucket/prefix?endpoint=https://…&region=…"';

/**
 * `folder:<path>`, or `s3://bucket/prefix?endpoint=https://…&region=…` with credentials.
 *
 * @throws TypeError for any other URL, or a bucket without credentials.
 */
export function openDepot(url: string, credentials: DepotCredentials = {}): BlockDepot {
  if (url.startsWith("folder:") && url.length > "folder:".length) {
    return new FolderDepot(url.slice("folder:".length));
  }
  const parsed = url.startsWith("s3://") ? URL.parse(url) : null;
  if (parsed === null || parsed.host === "") throw new TypeError(`Cannot open the depot: ${form}`);
  const { accessKeyId, secretAccessKey } = credentials;
  if (!accessKeyId || !secretAccessKey) {
    throw new TypeError("Cannot open the depot: the bucket needs an access key and its secret");
  }
  const region = parsed.searchParams.get("region") ?? "us-east-1";
  const prefix = parsed.pathname.slice(1);
  return new S3Depot({
    endpoint: parsed.searchParams.get("endpoint") ?? `https://s3.${region}.amazonaws.com`,
    bucket: parsed.host,
    region,
    prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
    accessKeyId,
    secretAccessKey,
  });
}
