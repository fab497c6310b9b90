/** Files of the documentation page, from the package that ships them. */

import getAbsoluteFsPath from "swagger-ui-dist/absolute-path.js";

const held = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

/** The content of a file of the package; read once. */
export function docsAsset(path: string): Promise<Uint8Array<ArrayBuffer>> {
  let content = held.get(path);
  if (content === undefined) {
    held.set(path, content = Deno.readFile(`${getAbsoluteFsPath()}/${path}`));
  }
  return content;
}
