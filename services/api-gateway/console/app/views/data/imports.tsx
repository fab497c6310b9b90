/** Imports: begin one, watch it, stop it, read what it found. */

import { useSignal } from "@preact/signals";
import type { Import } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { wordsOf } from "../../core/words_of.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { groupDigits } from "../../ui/numbers.ts";
import { timeText } from "../../ui/times.ts";
import { usePoll } from "../../ui/use_poll.ts";

const everyMs = 1_000;
const running = ({ state }: Import) => state === "queued" || state === "running";

export function Imports() {
  const app = useApp();
  const { client, kept, router, notices } = app;
  const { zone } = kept.habits.value;
  const [imports, readNow] = usePoll(() => client.listImports(), { everyMs });
  const run = async (work: () => Promise<unknown>) => {
    await work().catch((error) => notices.say("refused", wordsOf(error)));
    readNow();
  };
  const columns: readonly Column<Import>[] = [
    { name: "Path", text: (one) => one.path },
    { name: "Format", text: (one) => one.format ?? "" },
    { name: "State", text: (one) => one.state, show: (one) => <State of={one} /> },
    { name: "Progress", text: (one) => String(one.percent), show: (one) => <Progress of={one} /> },
    countColumn("Rows", (one) => one.rowsStored),
    countColumn("Kept apart", (one) => one.rowsQuarantined),
    {
      name: "Rows/s",
      text: (one) => running(one) ? groupDigits(String(one.rowsPerSecond)) : "",
      numeric: true,
    },
    { name: "Begun", text: (one) => timeText(one.createdAt, zone) },
    {
      name: "",
      text: () => "",
      show: (one) => (
        <span class="row-actions">
          <button type="button" onClick={() => router.go({ item: one.importId })}>Report</button>
          {running(one)
            ? (
              <button type="button" onClick={() => run(() => client.cancelImport(one.importId))}>
                Stop
              </button>
            )
            : (
              <button type="button" onClick={() => run(() => client.deleteImport(one.importId))}>
                Forget
              </button>
            )}
        </span>
      ),
    },
  ];
  const { value, failure } = imports.value;
  return (
    <section class="card" aria-label="Imports">
      <h2>Imports</h2>
      <NewImport started={readNow} />
      {failure !== null && <p class="refusal" role="alert">{failure}</p>}
      <DataTable
        name="imports"
        columns={columns}
        rows={value?.imports ?? []}
        keyOf={(one) => one.importId}
        empty={
          <p>
            Nothing has been imported. Put files into the platform's import folder and name them
            above, or run{" "}
            <code>deno task import &lt;folder&gt;</code>. Dukascopy, HistData, Lean, MetaTrader, CSV
            and Parquet are told apart by themselves.
          </p>
        }
      />
    </section>
  );
}

const countColumn = (name: string, count: (one: Import) => number): Column<Import> => ({
  name,
  text: (one) => String(count(one)),
  show: (one) => groupDigits(String(count(one))),
  numeric: true,
});

const State = ({ of }: { of: Import }) => (
  <span class={`state state-${of.state}`} title={of.error?.message ?? ""}>
    {of.state}
    {of.error !== null && `: ${of.error.message}`}
  </span>
);

function Progress({ of }: { of: Import }) {
  const { filesDone = 0, filesTotal = 0 } = of.download ?? {};
  if (running(of) && of.filesTotal === 0 && filesTotal > 0) {
    return (
      <span class="progress">
        <progress max={filesTotal} value={filesDone} aria-label={`Files fetched for ${of.path}`} />
        {filesDone} of {filesTotal} files fetched
      </span>
    );
  }
  return (
    <span class="progress">
      <progress max={100} value={of.percent} aria-label={`Progress of ${of.path}`} />
      {Math.floor(of.percent)}%
      {of.secondsLeft !== null && running(of) && <small>{Math.ceil(of.secondsLeft)} s left</small>}
    </span>
  );
}

function NewImport({ started }: { started(): void }) {
  const { client, router } = useApp();
  const [formats] = usePoll(() => client.listImportFormats(), { everyMs: 3_600_000 });
  const path = useSignal("");
  const format = useSignal("");
  const refusal = useSignal<string | null>(null);
  const begin = async (event: Event) => {
    event.preventDefault();
    try {
      const one = await client.createImport({
        path: path.value,
        unreadable: "stop",
        ...(format.value === "" ? {} : { format: format.value }),
      });
      refusal.value = null;
      router.go({ item: one.importId });
      started();
    } catch (error) {
      refusal.value = wordsOf(error);
    }
  };
  return (
    <form class="bar-form" onSubmit={begin}>
      <label>
        Below the import folder
        <input
          id="import-path"
          required
          placeholder="dukascopy/EURUSD"
          value={path}
          onInput={(event) => (path.value = event.currentTarget.value)}
        />
      </label>
      <label>
        Format
        <select value={format} onChange={(event) => (format.value = event.currentTarget.value)}>
          <option value="">told from the files</option>
          {formats.value.value?.formats.map((one) => <option key={one}>{one}</option>)}
        </select>
      </label>
      <button type="submit">Import</button>
      {refusal.value !== null && <p class="refusal" role="alert">{refusal}</p>}
    </form>
  );
}
