/** Signals on a chart while they are shown: follows its bars and the feed, and marks what stands. */

import type { ChartBoard } from "../../chart/chart_board.ts";
import { ChartSignals, hasLiveSignals } from "../../chart/chart_signals.ts";
import type { Candle } from "../../chart/candle.ts";
import type { App } from "../../core/app.ts";
import type { BarSpec } from "../../core/route.ts";
import { wordsOf } from "../../core/words_of.ts";

/** Of the signals of a chart. */
export interface SignalState {
  /** Bars that signals stand at. */
  readonly signals: number;
  readonly signalFailure: string | null;
}

interface SignalLayerParts {
  readonly app: App;
  readonly spec: BarSpec;
  readonly board: ChartBoard;
  /** The feed has left some out: history has them. */
  missed(): void;
  tell(told: Partial<SignalState>): void;
}

export class SignalLayer {
  readonly #parts: SignalLayerParts;
  readonly #signals: ChartSignals;
  readonly #stop: (() => void) | null;
  #ended = false;

  constructor(parts: SignalLayerParts) {
    this.#parts = parts;
    const { app: { client, feed, loop }, spec } = parts;
    this.#signals = new ChartSignals(client, spec);
    this.#stop = !hasLiveSignals(spec) ? null : feed.watchSignals(spec.symbol, {
      take: (signals) => {
        if (this.#signals.take(signals)) loop.ask(this.#draw);
      },
      missed: parts.missed,
    });
  }

  renew(finished: readonly Candle[]): void {
    this.#signals.renew(finished);
  }

  async follow(finished: readonly Candle[]): Promise<void> {
    try {
      if (!await this.#signals.follow(finished) || this.#ended) return;
      this.#draw();
      this.#parts.tell({ signalFailure: null });
    } catch (error) {
      if (!this.#ended) this.#parts.tell({ signalFailure: wordsOf(error) });
    }
  }

  end(): void {
    this.#ended = true;
    this.#stop?.();
    this.#parts.board.signals(new Map());
    this.#parts.tell({ signals: 0, signalFailure: null });
  }

  readonly #draw = (): void => {
    if (this.#ended) return;
    const { byBar } = this.#signals;
    this.#parts.board.signals(byBar);
    this.#parts.tell({ signals: byBar.size });
  };
}
