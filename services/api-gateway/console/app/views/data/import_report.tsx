/** What an import found: its series, the gates its rows met, its spread and rows by the hour. */

import { useApp } from "../../core/app.ts";
import type { ImportReport } from "../../../../../../shared/sdk/mod.ts";
import { fitTo } from "../../chart/sources.ts";
import { routeText } from "../../core/route.ts";
import { isKeptByYear } from "../../data/day_grid.ts";
import { Bars } from "../../ui/bars.tsx";
import { bytesText, groupDigits } from "../../ui/numbers.ts";
import { usePoll } from "../../ui/use_poll.ts";

const everyMs = 2_000;

export function ImportReportPanel({ importId }: { importId: string }) {
  const { client, router } = useApp();
  const [report] = usePoll(() => client.getImportReport(importId), { key: importId, everyMs });
  const { value, failure } = report.value;
  return (
    <section class="card" aria-label="Import report">
      <header>
        <h2>{value === null ? "Report" : `Report of ${value.import.path}`}</h2>
        <button
          type="button"
          class="plain"
          aria-label="Close"
          onClick={() => router.go({ item: null })}
        >
          ×
        </button>
      </header>
      {failure !== null && <p class="refusal" role="alert">{failure}</p>}
      {value !== null && <Report report={value} />}
    </section>
  );
}

function Report({ report }: { report: ImportReport }) {
  const hours = report.byHour;
  return (
    <>
      {report.import.notes.length > 0 && (
        <ul class="notes">{report.import.notes.map((note) => <li key={note}>{note}</li>)}</ul>
      )}
      <div class="scroll-x" tabIndex={0} role="region" aria-label="Series">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Series</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col" class="num">Days</th>
              <th scope="col" class="num">Rows</th>
              <th scope="col" class="num">Kept apart</th>
              <th scope="col" class="num">Flagged</th>
              <th scope="col" class="num">Spread, pips</th>
              <th scope="col" class="num">Size</th>
            </tr>
          </thead>
          <tbody>
            {report.series.map((one) => (
              <tr key={`${one.symbol} ${one.source} ${one.kind} ${one.side} ${one.intervalMs}`}>
                <th scope="row">
                  <ChartLink of={one} /> {one.kind}{" "}
                  <small>{one.source}{one.side && ` ${one.side}`}</small>
                </th>
                <td>{one.from?.slice(0, 10)}</td>
                <td>{one.to?.slice(0, 10)}</td>
                <td class="num">{isKeptByYear(one) ? "" : one.days}</td>
                <td class="num">{groupDigits(String(one.rowsStored))}</td>
                <td class="num">{groupDigits(String(one.rowsQuarantined))}</td>
                <td class="num">{groupDigits(String(one.rowsFlagged))}</td>
                <td class="num">{one.spreadMedian?.toFixed(2) ?? ""}</td>
                <td class="num">{bytesText(one.bytesStored)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="pictures">
        <Bars
          title="Rows by the hour of the day, UTC"
          values={hours.map((one) => ({ name: String(one.hour), value: one.rows }))}
        />
        <Bars
          title="Median spread by the hour of the day, pips"
          values={hours.map((one) => ({ name: String(one.hour), value: one.spreadMedian ?? 0 }))}
        />
        <Counts title="Gates met" counts={report.gates} />
        <Counts title="Kept apart" counts={report.quarantined} />
      </div>
    </>
  );
}

/** Leads to the chart of what was loaded: to hours, or to bars as long as it has them. */
function ChartLink({ of }: { of: ImportReport["series"][number] }) {
  const { router } = useApp();
  const { symbol, source, side } = of;
  const fit = fitTo([of], { source, side: side ?? "mid", granularity: "H1" });
  const change = { symbol, ...fit, view: "trade", panel: "chart", item: null } as const;
  return (
    <a
      href={routeText({ ...router.route.value, ...change })}
      aria-label={`Chart of ${symbol} from ${source}`}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        router.go(change);
      }}
    >
      {symbol}
    </a>
  );
}

function Counts({ title, counts }: { title: string; counts: Readonly<Record<string, number>> }) {
  const entries = Object.entries(counts).filter(([, count]) => count > 0);
  return (
    <figure class="counts">
      <figcaption>{title}</figcaption>
      {entries.length === 0 ? <p class="dim">None.</p> : (
        <dl>
          {entries.map(([name, count]) => (
            <div key={name}>
              <dt>{name.replaceAll("_", " ")}</dt>
              <dd>{groupDigits(String(count))}</dd>
            </div>
          ))}
        </dl>
      )}
    </figure>
  );
}
