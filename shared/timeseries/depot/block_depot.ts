/** The port of places outside the database where old sealed blocks lie: a folder, an S3 bucket. */

/** Where in the depot a block lies: bytes `[offset, offset + length)` of an object. */
export interface DepotPlace {
  readonly key: string;
  readonly offset: number;
  readonly length: number;
}

export interface BlockDepot {
  /** Stores an object whole; once this resolves it is durable. Storing it again replaces it. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** @throws DepotError when it is missing, shorter, or out of reach. */
  get(place: DepotPlace): Promise<Uint8Array>;
  /** No error when it is not there. */
  remove(key: string): Promise<void>;
}

/** The depot did not do what it was asked. */
export class DepotError extends Error {
  override readonly name = "DepotError";
}

const keyPattern = /^[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_-]+)*$/;
const keyLengthMax = 512;

/** @throws DepotError for a key that could lead out of the depot. */
export function checkKey(key: string): void {
  if (key.length <= keyLengthMax && keyPattern.test(key)) return;
  throw new DepotError(`${JSON.stringify(key)} is no key of a depot`);
}
