/** Some weeks of prices in a file, with holes in them, for the views of history to show. */

import { seededRandom } from "../../shared/domain/random.ts";

const dayMs = 86_400_000;
const everyMs = 20_000;
/** Minutes that are missing, by day: most days are whole. */
const holes = [0, 0, 5, 0, 0, 0, 45, 0, 0, 0, 200, 0, 0];

/** `time,bid,ask` from a Monday on, weekdays only, New York's winter hours left as they are. */
export function historyCsv(first: string, days: number): string {
  const random = seededRandom("visit history");
  const lines = ["time,bid,ask"];
  let points = 114_500;
  for (let day = 0; day < days; day++) {
    const begin = Date.parse(first) + day * dayMs;
    if ([0, 6].includes(new Date(begin).getUTCDay())) continue;
    const hole = holes[day % holes.length]! * 60_000;
    for (let at = begin; at < begin + dayMs; at += everyMs) {
      const within = at - begin - dayMs / 2;
      if (within >= 0 && within < hole) continue;
      points += Math.round((random.next() - 0.5) * 12);
      const [bid, ask] = [points, points + 7].map((price) => (price / 100_000).toFixed(5));
      lines.push(`${new Date(at).toISOString()},${bid},${ask}`);
    }
  }
  return lines.join("\n");
}
