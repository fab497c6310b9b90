/** What the studies find in a page of bars, and the bars before it that they need for that. */

import { joinBars } from "../../../shared/domain/bars/bar_builder.ts";
import { barGrid } from "../../../shared/domain/bars/bar_grid.ts";
import type { Direction, StudyName } from "../../../shared/domain/signals/signal.ts";
import { judgeBars, studyBarsMax } from "../../../shared/domain/signals/studies.ts";
import { type BarsGround, type BarsPage, type BarsQuery, readBars } from "../history/read_bars.ts";

export type SignalsQuery =
  & Pick<BarsQuery, "symbol" | "source" | "side" | "granularity" | "alignment" | "from" | "to">
  & {
    readonly studies: readonly StudyName[];
    /** Bars that are judged at most. */
    readonly limit: number;
  };

export interface FoundSignal {
  /** End of the bar, epoch milliseconds. */
  readonly time: number;
  readonly study: StudyName;
  readonly direction: Direction;
  /** In points. */
  readonly price: number;
}

export interface SignalsPage extends Pick<BarsPage, "side" | "alignment" | "next"> {
  readonly signals: readonly FoundSignal[];
}

export async function readSignals(ground: BarsGround, query: SignalsQuery): Promise<SignalsPage> {
  const { studies, limit, ...rest } = query;
  const of: BarsQuery = { ...rest, limit, gaps: "stored", spread: false };
  const isNewest = query.from === undefined;
  const page = await readBars(ground, isNewest ? { ...of, limit: limit + studyBarsMax } : of);
  const before = isNewest || page.bars.length === 0
    ? null
    : await readBars(ground, barsBefore(of, page));
  const bars = before === null ? page.bars : joinBars([before.bars, page.bars]);
  const first = isNewest ? bars.length - limit : bars.length - page.bars.length;
  const { side, alignment, next } = page;
  const { spanAt } = barGrid(query.granularity, alignment);
  const signals = studies.flatMap((study) =>
    judgeBars(bars, study, first).map(({ at, direction }): FoundSignal => ({
      time: spanAt(bars.openTime[at]!).until,
      ...{ study, direction },
      price: bars.close[at]!,
    }))
  ).sort((a, b) => a.time - b.time);
  return { side, alignment, next, signals };
}

/** The last bars before a page, of the same side. */
const barsBefore = (of: BarsQuery, { side, alignment, bars }: BarsPage): BarsQuery => ({
  ...of,
  ...{ side, alignment, from: undefined, to: bars.openTime[0], limit: studyBarsMax },
});
