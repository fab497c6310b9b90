/** The exits that come with what the order opens. */

import { useApp } from "../../core/app.ts";
import { TextInput } from "./inputs.tsx";

export function ExitFields() {
  const { ticket, instruments } = useApp();
  const { stopLossAs } = ticket.form.value;
  const pip = instruments.bySymbol.value.get(ticket.symbol.value)?.pip ?? "0.0001";
  const other = stopLossAs === "price" ? "pips" : "price";
  return (
    <fieldset class="exits">
      <legend>Exits</legend>
      <div class="pair">
        <TextInput of="takeProfit" name="takeProfit" label="Take profit" hint="price" step={pip} />
        <div class="swap">
          <TextInput
            of="stopLoss"
            name="stopLoss"
            label="Stop loss"
            hint={stopLossAs}
            step={stopLossAs === "price" ? pip : "1"}
          />
          <button
            type="button"
            class="plain"
            title={`Give the stop-loss in ${other}`}
            aria-label={`Give the stop-loss in ${other}`}
            onClick={() => ticket.change({ stopLossAs: other, stopLoss: "" })}
          >
            ⇄
          </button>
        </div>
      </div>
      <TextInput
        of="trailingStopPips"
        name="trailingStop"
        label="Trailing stop"
        hint="pips"
        step="1"
      />
    </fieldset>
  );
}
