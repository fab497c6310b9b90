/** The style sheet's colours, for what is drawn and not styled. */

export interface Palette {
  readonly up: string;
  readonly down: string;
  readonly buy: string;
  readonly sell: string;
  readonly grid: string;
  readonly line: string;
  readonly dim: string;
  readonly text: string;
  readonly onColour: string;
  /** Of the lines of studies, in their order. */
  readonly studies: readonly string[];
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    up: colour("up"),
    down: colour("down"),
    buy: colour("buy"),
    sell: colour("sell"),
    grid: colour("grid"),
    line: colour("line"),
    dim: colour("dim"),
    text: colour("text"),
    onColour: colour("on-colour"),
    studies: [1, 2, 3, 4].map((at) => colour(`study-${at}`)),
  };
}

/** Calls back when the system changes between light and dark. */
export function onThemeChange(run: () => void): () => void {
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", run);
  return () => query.removeEventListener("change", run);
}
