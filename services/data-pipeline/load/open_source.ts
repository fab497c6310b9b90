/** The readers of files as a source: what an import names is handed to them, and noted. */

import { detectSource } from "../../../shared/venues/files/detect_source.ts";
import { SourceFileError, sourceFormats } from "../../../shared/venues/files/source_file.ts";
import type { OpenSource } from "./source.ts";

export const formats: readonly string[] = sourceFormats;
export const clocks: readonly string[] = ["utc"];

/** Whether files can be read by a clock of that name. */
export const isClock = (name: string): boolean => clocks.includes(name);

/** Names of files passed over that are noted; all are counted. */
const namedMax = 5;

export const openSource: OpenSource = async ({ path, format }) => {
  const { files, ignored } = await detectSource(path);
  const wanted = format === null ? files : files.filter((file) => file.format === format);
  if (wanted.length === 0) throw new SourceFileError(path, `no file of it is ${format}`);
  const notes = [
    `${wanted.length} files of ${[...new Set(wanted.map((file) => file.format))].join(", ")}`,
  ];
  if (ignored.length > 0) {
    const named = ignored.slice(0, namedMax)
      .map((one) => `${one.path.replace(path, "").replace(/^\//, "")} (${one.reason})`);
    notes.push(`${ignored.length} files passed over: ${named.join("; ")}`);
  }
  return { files: wanted, notes };
};
