/**
 * Files that fit several clocks alike, as those of a few days do, take the one of the file nearest in
 * time that fits one alone: a vendor changes its clock with the year, not from file to file.
 */

import type { SourceFile } from "./source_file.ts";

/** The files in their order, the unclear ones by the clock of their neighbour. */
export function agreeClocks(files: readonly SourceFile[]): SourceFile[] {
  const byFormat = Map.groupBy(
    files.filter(({ clock, byClock }) => clock !== undefined && byClock === undefined),
    ({ format }) => format,
  );
  return files.map((file) => {
    const { clock, byClock } = file;
    if (clock?.alike === undefined || byClock === undefined) return file;
    const fits = [clock.clock, ...clock.alike];
    const told = (byFormat.get(file.format) ?? []).filter((one) => fits.includes(one.clock!.clock));
    const near = nearest(told, file.from);
    if (near === null) return file;
    const name = near.path.slice(near.path.lastIndexOf("/") + 1);
    return byClock({ clock: near.clock!.clock, why: `as ${name}, the nearest that tells` });
  });
}

function nearest(files: readonly SourceFile[], at: number): SourceFile | null {
  let near: SourceFile | null = null;
  for (const file of files) {
    if (near === null || Math.abs(file.from - at) < Math.abs(near.from - at)) near = file;
  }
  return near;
}
