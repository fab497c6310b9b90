/** The first lines of a text file, to tell its format by. */

/** Enough for the header and the first row of any file of history. */
const headBytes = 16_384;

export async function readHead(path: string): Promise<string[]> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(headBytes);
  const count = (await file.read(bytes)) ?? 0;
  // The decoder passes over a byte order mark.
  return new TextDecoder().decode(bytes.subarray(0, count)).split(/\r\n|\r|\n/);
}
