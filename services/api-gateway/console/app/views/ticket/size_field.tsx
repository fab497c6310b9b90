/** How much: in units, in lots, or as a share of the equity at risk. */

import { useApp } from "../../core/app.ts";
import { type SizeKind, sizeKinds } from "../../core/kept.ts";
import { RefusalText } from "../../ui/field.tsx";
import { useLiveText } from "../../ui/hooks.ts";
import { unitsText } from "../../ui/numbers.ts";
import { stepped } from "./inputs.tsx";

const kindNames = { units: "units", lots: "lots", risk: "% risk" } as const;
const steps: Record<SizeKind, string> = { units: "1000", lots: "0.01", risk: "0.1" };
const firstSizes: Record<SizeKind, string> = { units: "10000", lots: "0.10", risk: "1" };

export function SizeField() {
  const { ticket } = useApp();
  const { size, sizeKind } = ticket.form.value;
  const refusal = ticket.refusal.value;
  const wrong = refusal?.field === "size";
  const worked = useLiveText<HTMLElement>(() => {
    const units = ticket.units();
    return {
      text: sizeKind === "units" ? "" : units === null ? "– units" : `${unitsText(units)} units`,
    };
  });
  return (
    <div class={wrong ? "field wrong" : "field"} data-field="size">
      <label for="size">
        Size<small ref={worked} />
      </label>
      <div class="joined">
        <input
          id="size"
          inputMode="decimal"
          autocomplete="off"
          value={size}
          aria-invalid={wrong}
          aria-describedby={wrong ? "refusal-size" : undefined}
          onInput={(event) => ticket.change({ size: event.currentTarget.value })}
          onKeyDown={(event) => {
            const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
            if (by === 0) return;
            event.preventDefault();
            const count = by * (event.shiftKey ? 10 : 1);
            ticket.change({ size: stepped(size, steps[sizeKind], count) });
          }}
        />
        <select
          aria-label="Size in"
          value={sizeKind}
          onChange={(event) => {
            const kind = event.currentTarget.value as SizeKind;
            ticket.change({ sizeKind: kind, size: firstSizes[kind] });
          }}
        >
          {sizeKinds.map((kind) => <option key={kind} value={kind}>{kindNames[kind]}</option>)}
        </select>
      </div>
      {wrong && <RefusalText refusal={refusal} />}
    </div>
  );
}
