/** The style sheet's colours, for what is drawn and not styled. */

const names = ["up", "down", "buy", "sell", "grid", "line", "dim", "on-colour", "accent"] as const;

export interface Palette {
  readonly up: string;
  readonly down: string;
  readonly buy: string;
  readonly sell: string;
  readonly grid: string;
  readonly line: string;
  readonly dim: string;
  readonly onColour: string;
  readonly accent: string;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const [up, down, buy, sell, grid, line, dim, onColour, accent] = names.map((name) =>
    style.getPropertyValue(`--${name}`).trim()
  ) as [string, string, string, string, string, string, string, string, string];
  return { up, down, buy, sell, grid, line, dim, onColour, accent };
}

/** Calls back when the system changes between light and dark. */
export function onThemeChange(run: () => void): () => void {
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", run);
  return () => query.removeEventListener("change", run);
}
