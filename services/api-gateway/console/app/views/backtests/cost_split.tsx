/** Where the profit went: from what the strategy made to what was left. */

import type { BacktestReport } from "../../../../../../shared/sdk/mod.ts";
import { costLines } from "../../backtests/report_figures.ts";
import { moneyText, toneOf } from "../../ui/numbers.ts";

export const CostSplit = ({ report }: { report: BacktestReport }) => (
  <figure class="cost-split">
    <figcaption>Costs, {report.settings.currency}</figcaption>
    <table class="rows">
      <thead class="unseen">
        <tr>
          <th scope="col">What</th>
          <th scope="col">Amount</th>
          <th scope="col">Its size beside the others</th>
        </tr>
      </thead>
      <tbody>
        {costLines(report).map(({ id, name, amount, share }) => (
          <tr key={id} data-cost={id}>
            <th scope="row">{name}</th>
            <td class="num" data-tone={toneOf(amount)}>{moneyText(amount, { plus: true })}</td>
            <td aria-hidden="true">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none">
                <rect width={100 * share} height="10" data-tone={toneOf(amount)} />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </figure>
);
