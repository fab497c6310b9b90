/** Progress on a terminal: one line that is written over; elsewhere a line now and then. */

import type { Import } from "../../shared/sdk/mod.ts";

const barWidth = 24;
/** Where nobody looks at a terminal, a line at most this often. */
const lineEveryMs = 5_000;

const count = (value: number): string => value.toLocaleString("en");

export function progressText(view: Import): string {
  const full = Math.round(view.percent / 100 * barWidth);
  const bar = "█".repeat(full) + "░".repeat(barWidth - full);
  const left = view.secondsLeft === null ? "" : `, ${timeText(view.secondsLeft)} left`;
  const rate = view.rowsPerSecond > 0 ? `, ${count(view.rowsPerSecond)} rows/s` : "";
  const file = view.currentFile === null
    ? ""
    : `  ${view.currentFile.split("/").slice(-2).join("/")}`;
  return `${bar} ${view.percent.toFixed(1).padStart(5)} %  ` +
    `${count(view.rowsStored)} rows stored${rate}${left}${file}`;
}

export const timeText = (seconds: number): string =>
  seconds < 60
    ? `${Math.ceil(seconds)} s`
    : seconds < 3_600
    ? `${Math.floor(seconds / 60)} min ${Math.ceil(seconds % 60)} s`
    : `${Math.floor(seconds / 3_600)} h ${Math.ceil(seconds % 3_600 / 60)} min`;

export interface ProgressBar {
  show(view: Import): void;
  end(): void;
}

/** `columns` is the terminal's width, or `null` for a file or a pipe. */
export function progressBar(
  write: (text: string) => void,
  columns: number | null,
  now: () => number,
): ProgressBar {
  let shownAt = -Infinity;
  let open = false;
  return {
    show(view) {
      if (columns === null) {
        if (now() - shownAt < lineEveryMs) return;
        write(`${progressText(view)}\n`);
      } else {
        write(`\r\x1b[2K${progressText(view).slice(0, columns - 1)}`);
        open = true;
      }
      shownAt = now();
    },
    end() {
      if (open) write("\r\x1b[2K");
      open = false;
    },
  };
}
