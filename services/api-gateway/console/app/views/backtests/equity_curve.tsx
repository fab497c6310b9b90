/** Equity and balance over the period, and how far below its peak the equity was. */

import { useEffect, useRef } from "preact/hooks";
import type { BacktestReport } from "../../../../../../shared/sdk/mod.ts";
import { curvePoints } from "../../backtests/report_figures.ts";
import { CurveBoard } from "../../chart/curve_board.ts";
import { onThemeChange } from "../../chart/palette.ts";
import { useApp } from "../../core/app.ts";
import { moneyText } from "../../ui/numbers.ts";

export function EquityCurve({ report }: { report: BacktestReport }) {
  const { kept } = useApp();
  const element = useRef<HTMLDivElement>(null);
  const { zone } = kept.habits.value;
  const { summary, settings } = report;
  useEffect(() => {
    const board = new CurveBoard(element.current!, zone);
    board.show(curvePoints(report));
    const stop = onThemeChange(() => board.restyle());
    return () => {
      stop();
      board.remove();
    };
  }, [report, zone]);
  const words = `Equity from ${moneyText(summary.openingBalance)} to ` +
    `${moneyText(summary.closingEquity)} ${settings.currency}, ` +
    `at most ${moneyText(summary.maxDrawdown)} below its peak`;
  return (
    <figure>
      <figcaption>
        <span>
          <i class="swatch equity" /> Equity <i class="swatch balance" /> Balance{" "}
          <i class="swatch fall" /> Below the peak
        </span>
        <small>{settings.currency}</small>
      </figcaption>
      <div
        class="curve"
        ref={element}
        role="img"
        aria-label={words}
        data-points={report.curve.length}
      />
    </figure>
  );
}
