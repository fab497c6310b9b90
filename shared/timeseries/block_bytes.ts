/** What writer and reader of a block's bytes agree on. Layout: FORMAT.md. */

/** Rows of one block at most, whoever wrote it; bounds what a reader allocates. */
export const rowsMax = 65_536;
/** A whole block at most: eight planes of eight columns of a full block, and room for the rest. */
export const blockBytesMax = 64 * rowsMax;

/** The bytes are no block, or a damaged one. */
export class BlockFormatError extends Error {
  override readonly name = "BlockFormatError";
}

/** The version written; every version up to it is read. */
export const formatVersion = 2;

/** What a block says before its columns. */
export interface BlockHead {
  readonly kind: number;
  readonly flags: number;
  readonly rows: number;
}

/** How a plane is written: here, or in a slot of the body that all long planes share. */
export const plane = { constant: 0, raw: 1, zstd: 2, slot: 3 } as const;

/** Planes in the body at most: more than all columns of any block have. */
export const slotsMax = 64;

/** No frame asks for a window beyond the longest plane. */
export const windowLogMax = 16;
const windowLogMin = 10;

/**
 * The bytes of a slot, as a power of two. It is the window of the body's frame too: zstd cuts what it
 * packs into pieces no longer than the window, and so each plane gets an entropy table of its own.
 */
export const slotLog = (rows: number): number => Math.max(windowLogMin, 32 - Math.clz32(rows - 1));
