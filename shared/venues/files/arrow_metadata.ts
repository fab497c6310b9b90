/**
 * The metadata of an Arrow message, as far as they must be known before the library may read them: it
 * believes every count that a flatbuffer states, and a file of some bytes may state millions.
 */

/** Columns of a file, those within columns too. */
const fieldsMax = 4_096;
/** Values of a dictionary: names of instruments, or times as text. */
const dictionaryRowsMax = 1_000_000;
/** Values of a column, also of one within a column. */
const nodeRowsMax = 2 ** 28;
const unionType = 14;
const bigEndian = 1;

const kinds = [null, "schema", "dictionary", "batch"] as const;

export interface ArrowMetadata {
  /** `null` for a message that is of something else. */
  readonly kind: "schema" | "dictionary" | "batch" | null;
  readonly bodyBytes: number;
  /** Of a batch; 0 of others. */
  readonly rows: number;
}

/** @throws RangeError where they are none, or state more than they hold */
export function readMetadata(bytes: Uint8Array): ArrowMetadata {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const message = tableAt(view, 0);
  const type = message.field(1);
  const kind = kinds[type === null ? 0 : view.getUint8(type)] ?? null;
  const header = message.field(2);
  const told = { kind, bodyBytes: longAt(view, message.field(3)), rows: 0 };
  if (header === null) return { ...told, kind: null };
  if (kind === "schema") checkSchema(view, header);
  if (kind === "batch") return { ...told, rows: readBatch(view, header) };
  if (kind === "dictionary") {
    const data = tableAt(view, header).field(1);
    if (data === null) throw new RangeError("A dictionary has no values");
    const nodeMax = readBatch(view, data);
    if (nodeMax > dictionaryRowsMax) throw new RangeError("A dictionary is too long");
    readBatch(view, data, nodeMax);
  }
  return told;
}

/** What stands before a footer to make its schema a message of a stream. */
const wrapBytes = 32;

/**
 * The metadata of a schema message, from the footer of a file: some writers put the schema nowhere
 * else. Offsets are relative, so the footer stays as it is behind a table that leads to its schema.
 * @throws RangeError where it is none
 */
export function schemaOfFooter(footer: Uint8Array): Uint8Array {
  const from = new DataView(footer.buffer, footer.byteOffset, footer.byteLength);
  const table = tableAt(from, 0);
  const schema = table.field(1);
  if (schema === null) throw new RangeError("Its footer has no schema");
  const version = table.field(0);
  const bytes = new Uint8Array(wrapBytes + Math.ceil(footer.length / 8) * 8);
  bytes.set(footer, wrapBytes);
  const view = new DataView(bytes.buffer);
  const [slots, message] = [4, 20];
  view.setUint32(0, message, true);
  // Where in the message its version, the type of its header and the header lie.
  [10, 12, 8, 10, 4].forEach((value, at) => view.setUint16(slots + 2 * at, value, true));
  view.setInt32(message, message - slots, true);
  const target = wrapBytes + schema + from.getUint32(schema, true);
  view.setUint32(message + 4, target - (message + 4), true);
  view.setInt16(message + 8, version === null ? 0 : from.getInt16(version, true), true);
  view.setUint8(message + 10, kinds.indexOf("schema"));
  return bytes;
}

/** How many rows it has. */
function readBatch(view: DataView, header: number, nodeMax = nodeRowsMax): number {
  const batch = tableAt(view, header);
  const rows = longAt(view, batch.field(0));
  for (const node of vectorAt(view, batch.field(1), 16)) {
    // Columns within columns have lengths of their own; those that are read are as long as the batch.
    const length = longAt(view, node);
    if (!(length >= 0 && length <= nodeMax)) throw new RangeError("A column is beyond any");
  }
  const buffers = vectorAt(view, batch.field(2), 16).length;
  for (const count of vectorAt(view, batch.field(4), 8)) {
    if (longAt(view, count) > buffers) throw new RangeError("A column has buffers that are none");
  }
  return rows;
}

function checkSchema(view: DataView, header: number): void {
  const schema = tableAt(view, header);
  const endianness = schema.field(0);
  if (endianness !== null && view.getInt16(endianness, true) === bigEndian) {
    throw new RangeError("Its numbers are big-endian");
  }
  vectorAt(view, schema.field(2), 4);
  const open = vectorAt(view, schema.field(1), 4);
  for (let seen = 1; open.length > 0; seen++) {
    if (seen > fieldsMax) throw new RangeError(`It has more than ${fieldsMax} columns`);
    const field = tableAt(view, open.pop()!);
    const type = field.field(2);
    const typeTable = field.field(3);
    if (type !== null && view.getUint8(type) === unionType && typeTable !== null) {
      vectorAt(view, tableAt(view, typeTable).field(1), 4);
    }
    vectorAt(view, field.field(6), 4);
    open.push(...vectorAt(view, field.field(5), 4));
  }
}

/** The table that an offset leads to; offsets lead forwards, so that none leads round. */
function tableAt(view: DataView, offset: number) {
  const table = offset + view.getUint32(offset, true);
  const slots = table - view.getInt32(table, true);
  const size = view.getUint16(slots, true);
  return {
    /** Where a field lies; `null` where it is left out. */
    field(slot: number): number | null {
      const at = 4 + 2 * slot;
      if (at >= size) return null;
      const found = view.getUint16(slots + at, true);
      return found === 0 ? null : table + found;
    },
  };
}

const longAt = (view: DataView, at: number | null): number =>
  at === null ? 0 : Number(view.getBigInt64(at, true));

/** Where each entry of a vector lies, all of them within the metadata. */
function vectorAt(view: DataView, offset: number | null, stride: number): number[] {
  if (offset === null) return [];
  const vector = offset + view.getUint32(offset, true);
  const length = view.getUint32(vector, true);
  const end = vector + 4 + length * stride;
  if (end > view.byteLength) throw new RangeError(`A vector of ${length} reaches beyond its end`);
  return Array.from({ length }, (_, at) => vector + 4 + at * stride);
}
