/** A folder as a depot: objects are files, put on the disk before they are said to be there. */

import { dirname } from "node:path";
import { syncPath } from "../../storage/durable_node_fs.ts";
import { type BlockDepot, checkKey, DepotError, type DepotPlace } from "./block_depot.ts";

export class FolderDepot implements BlockDepot {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder.replace(/\/+$/, "");
  }

  /** Written aside and renamed, so that a death halfway leaves nothing that looks finished. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(key);
    const parent = dirname(path);
    try {
      await this.#makeFolders(parent);
      await Deno.writeFile(`${path}.new`, bytes);
      syncPath(`${path}.new`);
      await Deno.rename(`${path}.new`, path);
      syncPath(parent);
    } catch (cause) {
      await Deno.remove(`${path}.new`).catch(() => {});
      throw new DepotError(`Cannot put ${key} in the depot's folder`, { cause });
    }
  }

  async get({ key, offset, length }: DepotPlace): Promise<Uint8Array> {
    try {
      using file = await Deno.open(this.#path(key), { read: true });
      await file.seek(offset, Deno.SeekMode.Start);
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length;) {
        const read = await file.read(bytes.subarray(at));
        if (read === null) throw new Error(`it ends ${length - at} bytes too soon`);
        at += read;
      }
      return bytes;
    } catch (cause) {
      const why = (cause as Error).message;
      throw new DepotError(`Cannot get ${key} from the folder ${this.#folder}: ${why}`, { cause });
    }
  }

  async remove(key: string): Promise<void> {
    try {
      await Deno.remove(this.#path(key));
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) return;
      throw new DepotError(`Cannot remove ${key} from the depot's folder`, { cause });
    }
  }

  /** Names of new folders are on the disk too, up to the depot's own. */
  async #makeFolders(path: string): Promise<void> {
    const made: string[] = [];
    for (let at = path; !await exists(at); at = dirname(at)) made.push(at);
    await Deno.mkdir(path, { recursive: true });
    for (const one of made) syncPath(dirname(one));
  }

  #path(key: string): string {
    checkKey(key);
    return `${this.#folder}/${key}`;
  }
}

const exists = (path: string): Promise<boolean> =>
  Deno.stat(path).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
