/** The exits that come with what the order opens. */

import type { Instrument } from "../../../../../../shared/sdk/mod.ts";
import { useApp } from "../../core/app.ts";
import { TextInput } from "./inputs.tsx";

type Offer = NonNullable<Instrument["guaranteedStop"]>;

const offerText = (offer: Offer | null): string =>
  offer === null
    ? "The instrument offers none"
    : `Fills at its price however far the market gaps. ${offer.premium} a unit when it does; ` +
      `at least ${offer.distanceMin} from the price`;

export function ExitFields() {
  const { ticket, instruments } = useApp();
  const { stopLossAs, guaranteed } = ticket.form.value;
  const instrument = instruments.bySymbol.value.get(ticket.symbol.value);
  const pip = instrument?.pip ?? "0.0001";
  const offer = instrument?.guaranteedStop ?? null;
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
      {(offer !== null || guaranteed) && (
        <label class="check" title={offerText(offer)}>
          <input
            id="guaranteed"
            type="checkbox"
            checked={guaranteed}
            onChange={(event) => ticket.change({ guaranteed: event.currentTarget.checked })}
          />
          Guaranteed stop
        </label>
      )}
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
