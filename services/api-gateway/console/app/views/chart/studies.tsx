/** Which studies a chart draws: added from a list, their lengths changed in place. */

import {
  lengthMax,
  lengthMin,
  studiesMax,
  type Study,
  type StudyKind,
  studyKinds,
  studyNames,
  usualLength,
} from "../../chart/studies.ts";
import type { ChartPaneProps } from "./chart_props.ts";

export function Studies({ spec, change }: Pick<ChartPaneProps, "spec" | "change">) {
  const { studies } = spec;
  const set = (at: number, study: Study | null) =>
    change({
      studies: studies.flatMap((one, n) => n !== at ? [one] : study === null ? [] : [study]),
    });
  return (
    <>
      {studies.map((study, at) => (
        <StudyChip
          key={`${at} ${study.kind}`}
          at={at}
          study={study}
          set={(to) => set(at, to)}
        />
      ))}
      {studies.length < studiesMax && (
        <select
          class="add-study"
          aria-label="Add a study"
          value=""
          onChange={(event) => {
            const kind = event.currentTarget.value as StudyKind;
            event.currentTarget.value = "";
            change({ studies: [...studies, { kind, length: usualLength[kind] }] });
          }}
        >
          <option value="" hidden>+ Study</option>
          {studyKinds.map((kind) => <option key={kind} value={kind}>{studyNames[kind]}</option>)}
        </select>
      )}
    </>
  );
}

interface StudyChipProps {
  readonly at: number;
  readonly study: Study;
  set(study: Study | null): void;
}

function StudyChip({ at, study, set }: StudyChipProps) {
  const name = studyNames[study.kind];
  return (
    <span class="study">
      <span class={`study-${at + 1}`} title={name}>{study.kind.toUpperCase()}</span>
      <input
        type="number"
        aria-label={`Bars of the ${name.toLowerCase()}`}
        min={lengthMin}
        max={lengthMax}
        value={study.length}
        onChange={(event) => {
          const length = Math.round(event.currentTarget.valueAsNumber);
          const isFit = length >= lengthMin && length <= lengthMax;
          if (isFit) set({ ...study, length });
          else event.currentTarget.value = String(study.length);
        }}
      />
      <button
        type="button"
        class="plain"
        aria-label={`Remove the ${name.toLowerCase()}`}
        onClick={() => set(null)}
      >
        ×
      </button>
    </span>
  );
}
