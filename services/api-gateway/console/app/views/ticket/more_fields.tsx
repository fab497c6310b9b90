/** What most orders leave as it is: how long it lives, its bound, what it may do to a position. */

import {
  orderTypeRules,
  positionFills,
  triggerSides,
} from "../../../../../../shared/domain/orders/order.ts";
import { useApp } from "../../core/app.ts";
import { positionFillNames, timeNames, triggerSideNames } from "../../orders/order_words.ts";
import type { TicketField } from "../../orders/refusals.ts";
import { Choice, TextInput } from "./inputs.tsx";

const inside: readonly TicketField[] = [
  "timeInForce",
  "expireTime",
  "priceBound",
  "positionFill",
  "triggerSide",
  "tag",
];

export function MoreFields() {
  const { ticket, instruments } = useApp();
  const form = ticket.form.value;
  const rule = orderTypeRules[form.type];
  const pip = instruments.bySymbol.value.get(ticket.symbol.value)?.pip ?? "0.0001";
  const wrong = inside.includes(ticket.refusal.value?.field ?? "order");
  return (
    <details class="more" {...(wrong ? { open: true } : {})}>
      <summary>More: {timeNames[form.timeInForce]}</summary>
      <Choice
        name="timeInForce"
        label="Lives"
        value={form.timeInForce}
        options={rule.timesInForce.map((one) => [one, `${one} · ${timeNames[one]}`] as const)}
        choose={(timeInForce) => ticket.change({ timeInForce })}
      />
      {form.timeInForce === "GTD" && <ExpireTime />}
      {rule.atMarket && (
        <TextInput of="priceBound" name="priceBound" label="Worst price" step={pip} />
      )}
      <Choice
        name="positionFill"
        label="Meets a position"
        value={form.positionFill}
        options={positionFills.map((one) =>
          [one, positionFillNames[one]] as const
        )}
        choose={(positionFill) => ticket.change({ positionFill })}
      />
      {(rule.triggerPrice || rule.trailingDistance) && (
        <Choice
          name="triggerSide"
          label="Set off by"
          value={form.triggerSide}
          options={triggerSides.map((one) => [one, triggerSideNames[one]] as const)}
          choose={(triggerSide) =>
            ticket.change({ triggerSide })}
        />
      )}
      <TextInput of="tag" name="tag" label="Note" hint="your own words" />
    </details>
  );
}

function ExpireTime() {
  const { ticket } = useApp();
  const refusal = ticket.refusal.value;
  const wrong = refusal?.field === "expireTime";
  return (
    <div class={wrong ? "field wrong" : "field"} data-field="expireTime">
      <label for="expireTime">
        Ends<small>your time</small>
      </label>
      <input
        id="expireTime"
        type="datetime-local"
        value={ticket.form.value.expireTime}
        onInput={(event) => ticket.change({ expireTime: event.currentTarget.value })}
      />
      {wrong && <p class="refusal" role="alert">{refusal.title}. {refusal.advice}.</p>}
    </div>
  );
}
