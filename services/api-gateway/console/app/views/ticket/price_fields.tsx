/** The prices that the chosen type of order needs. */

import { orderTypeRules } from "../../../../../../shared/domain/orders/order.ts";
import { useApp } from "../../core/app.ts";
import { TextInput } from "./inputs.tsx";

export function PriceFields() {
  const { ticket, instruments } = useApp();
  const rule = orderTypeRules[ticket.form.value.type];
  const step = instruments.bySymbol.value.get(ticket.symbol.value)?.pip ?? "0.0001";
  return (
    <div class="pair">
      {rule.triggerPrice && (
        <TextInput of="triggerPrice" name="triggerPrice" label="Trigger price" step={step} />
      )}
      {rule.price && <TextInput of="price" name="price" label="Limit price" step={step} />}
      {rule.trailingDistance && (
        <TextInput
          of="trailingPips"
          name="trailingDistance"
          label="Trails by"
          hint="pips"
          step="1"
        />
      )}
    </div>
  );
}
