/** A study's lines along a chart: what is finished is reckoned once, the growing bar each time. */

import type { Candle } from "./candle.ts";
import { runStudy, type Study, type StudyValues } from "./studies.ts";

export interface StudyPoint {
  readonly openTime: number;
  readonly values: StudyValues;
}

export class StudyLines {
  readonly study: Study;
  #run;
  #finished: StudyPoint[] = [];
  /** The first and the newest bar that went in, to see that others came. */
  #first: Candle | undefined;
  #newest: Candle | undefined;

  constructor(study: Study) {
    this.study = study;
    this.#run = runStudy(study);
  }

  /** Follows a chart's bars; how many points came at the end, or that all are other than before. */
  follow(finished: readonly Candle[]): number | "all" {
    const count = this.#finished.length;
    const isMore = count > 0 && finished[0] === this.#first && finished[count - 1] === this.#newest;
    if (!isMore) {
      this.#run = runStudy(this.study);
      this.#finished = [];
    }
    for (const bar of finished.slice(this.#finished.length)) {
      this.#finished.push({ openTime: bar.openTime, values: this.#run.add(bar) });
    }
    this.#first = finished[0];
    this.#newest = finished.at(-1);
    return isMore ? finished.length - count : "all";
  }

  get points(): readonly StudyPoint[] {
    return this.#finished;
  }

  /** At a bar that is finished. */
  find(openTime: number): StudyValues {
    return this.#finished.findLast((one) => one.openTime === openTime)?.values ?? null;
  }

  /** At the bar that is growing. */
  at(last: Candle): StudyPoint {
    return { openTime: last.openTime, values: this.#run.peek(last) };
  }
}
