/** A bucket behind the S3 API as a depot: Amazon's, MinIO, R2, Ceph and others. */

import { AwsClient } from "aws4fetch";
import { type BlockDepot, checkKey, DepotError, type DepotPlace } from "./block_depot.ts";

export interface S3DepotOptions {
  /** `https://s3.eu-central-1.amazonaws.com`: the bucket is the first part of the path. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  /** Before every key: `spotwire/`, or nothing. */
  readonly prefix?: string | undefined;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One request at most; an object is a few megabytes. */
const requestMsMax = 60_000;
/** Attempts after the first, on answers that say to try again. */
const retriesMax = 3;

export class S3Depot implements BlockDepot {
  readonly #client: AwsClient;
  readonly #base: string;

  constructor(options: S3DepotOptions) {
    const { endpoint, bucket, region, prefix = "", accessKeyId, secretAccessKey } = options;
    this.#client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      region,
      service: "s3",
      retries: retriesMax,
    });
    this.#base = `${endpoint.replace(/\/+$/, "")}/${bucket}/${prefix}`;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const response = await this.#fetch("PUT", key, { body: bytes as Uint8Array<ArrayBuffer> });
    await response.body?.cancel();
  }

  async get({ key, offset, length }: DepotPlace): Promise<Uint8Array> {
    const range = `bytes=${offset}-${offset + length - 1}`;
    const response = await this.#fetch("GET", key, { headers: { range } });
    if (response.status !== 206) {
      await response.body?.cancel();
      throw new DepotError(`Cannot get ${key} from the bucket: it answers ${response.status}`);
    }
    const bytes = await response.bytes().catch((cause) => {
      throw new DepotError(`Cannot get ${key} from the bucket`, { cause });
    });
    if (bytes.length === length) return bytes;
    throw new DepotError(`Cannot get ${key}: ${bytes.length} bytes instead of ${length}`);
  }

  async remove(key: string): Promise<void> {
    const response = await this.#fetch("DELETE", key, { alsoFine: 404 });
    await response.body?.cancel();
  }

  /** @throws DepotError unless the answer is a success or `alsoFine`. */
  async #fetch(
    method: string,
    key: string,
    { alsoFine, ...init }: { body?: BodyInit; headers?: HeadersInit; alsoFine?: number },
  ): Promise<Response> {
    checkKey(key);
    let response: Response;
    try {
      const signal = AbortSignal.timeout(requestMsMax);
      response = await this.#client.fetch(this.#base + key, { method, ...init, signal });
    } catch (cause) {
      throw new DepotError(`Cannot ${method} ${key} in the bucket`, { cause });
    }
    if (response.ok || response.status === alsoFine) return response;
    const said = (await response.text().catch(() => "")).slice(0, 500);
    throw new DepotError(`Cannot ${method} ${key} in the bucket: it answers ${response.status}`, {
      cause: said,
    });
  }
}
