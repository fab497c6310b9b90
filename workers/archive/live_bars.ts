/** What a commit tells the `bars` topic: minutes that grew, were finished, or were put right. */

import { type LiveBar, toLiveBar } from "../../shared/contracts/messages/bars.ts";
import { type Bar, barSides } from "../../shared/domain/bar.ts";
import { instrumentOf } from "../../shared/domain/instruments.ts";
import type { ArchiveEffects } from "./decide.ts";

export interface Committed {
  readonly effects: Pick<ArchiveEffects, "state" | "bars" | "changed">;
  /** Bars that late or reordered quotes changed, as they are stored now. */
  readonly corrected: readonly Bar[];
  /** The commit's number: it rises, and survives a restart. */
  readonly version: number;
}

/**
 * Finished bars first, oldest first, then what is under way, for symbols that something happened to.
 * A bar that was finished and put right in one commit was never told otherwise: it is final.
 */
export function liveBars({ effects, corrected, version }: Committed): LiveBar[] {
  const told = (bar: Bar, state: LiveBar["state"]) =>
    toLiveBar(bar, instrumentOf(bar.symbol), { state, version });
  const right = new Map(corrected.map((bar) => [keyOf(bar), bar]));
  const finished = new Map<string, LiveBar>();
  for (const bar of effects.bars) {
    const key = keyOf(bar);
    finished.set(key, told(right.get(key) ?? bar, "final"));
  }
  for (const [key, bar] of right) {
    if (!finished.has(key)) finished.set(key, told(bar, "corrected"));
  }
  const partial = [...effects.changed].flatMap((symbol) => {
    const building = effects.state.symbols.get(symbol)?.building ?? null;
    return building === null ? [] : barSides.map((side) => told(building[side], "partial"));
  });
  return [...[...finished.values()].sort((a, b) => a.openTime - b.openTime), ...partial];
}

const keyOf = ({ symbol, side, openTime }: Bar): string => `${symbol} ${side} ${openTime}`;
