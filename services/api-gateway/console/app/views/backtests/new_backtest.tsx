/** Asks for a backtest: strategy, instrument, period, and how the venue behaves. */

import { type Signal, useSignal } from "@preact/signals";
import type { BacktestStrategy } from "../../../../../../shared/sdk/mod.ts";
import { accountCurrencies } from "../../../../../../shared/domain/currency.ts";
import { tradingHoursNames } from "../../../../../../shared/domain/fx_week.ts";
import {
  type BacktestForm,
  backtestOf,
  emptyBacktest,
  explainBacktest,
} from "../../backtests/backtest_form.ts";
import { useApp } from "../../core/app.ts";
import { type FieldRefusal, RefusalText } from "../../ui/field.tsx";
import { ChoiceField, TextField } from "../../ui/form_fields.tsx";
import { usePoll } from "../../ui/use_poll.ts";

interface FormParts {
  readonly form: Signal<BacktestForm>;
  readonly refusal: FieldRefusal | null;
  set(change: Partial<BacktestForm>): void;
}

export function NewBacktest({ begun }: { begun(): void }) {
  const { client, machine, router } = useApp();
  const [listed] = usePoll(() => client.listBacktestStrategies());
  const form = useSignal<BacktestForm>({ ...emptyBacktest, symbol: router.route.peek().symbol });
  const refusal = useSignal<FieldRefusal | null>(null);
  const sending = useSignal(false);
  const strategies = listed.value.value?.strategies ?? [];
  const strategy = strategies.find((one) => one.strategy === form.value.strategy) ?? strategies[0];
  const run = async (event: Event) => {
    event.preventDefault();
    if (strategy === undefined || sending.value) return;
    const backtestId = `${strategy.strategy}-${form.value.symbol}-${machine.newId().slice(0, 8)}`;
    const asked = backtestOf(form.value, { strategy, backtestId });
    if ("field" in asked) return void (refusal.value = asked);
    sending.value = true;
    try {
      await client.createBacktest(asked);
      refusal.value = null;
      router.go({ item: backtestId });
      begun();
    } catch (error) {
      refusal.value = explainBacktest(error);
    }
    sending.value = false;
  };
  const set = (change: Partial<BacktestForm>) => {
    form.value = { ...form.value, ...change };
    refusal.value = null;
  };
  const parts = { form, set, refusal: refusal.value };
  return (
    <section class="card" aria-label="New backtest">
      <h2>New backtest</h2>
      {listed.value.failure !== null && <p class="refusal" role="alert">{listed.value.failure}</p>}
      <form class="grid-form" noValidate onSubmit={run}>
        <MainFields {...parts} strategies={strategies} chosen={strategy?.strategy ?? ""} />
        {strategy !== undefined && <Parameters {...parts} strategy={strategy} />}
        <VenueFields {...parts} />
        {refusal.value?.field === "form" && <RefusalText refusal={refusal.value} />}
        <button type="submit" id="run-backtest" class="primary" disabled={sending}>Run</button>
      </form>
    </section>
  );
}

function MainFields(
  { form, set, refusal, strategies, chosen }: FormParts & {
    strategies: readonly BacktestStrategy[];
    chosen: string;
  },
) {
  const { instruments } = useApp();
  const { symbol, from, to, source } = form.value;
  const strategyNames = strategies.map(({ strategy }) => [strategy, strategy] as const);
  return (
    <>
      <ChoiceField
        {...{ name: "strategy", label: "Strategy", value: chosen, refusal, options: strategyNames }}
        set={(strategy) => set({ strategy })}
      />
      <ChoiceField
        {...{ name: "symbol", label: "Instrument", value: symbol, refusal }}
        options={instruments.listed.value.map((one) => [one.symbol, one.symbol])}
        set={(value) => set({ symbol: value })}
      />
      <TextField
        {...{ name: "from", label: "From", hint: "UTC", type: "date", value: from, refusal }}
        set={(value) => set({ from: value })}
      />
      <TextField
        {...{ name: "to", label: "To, included", hint: "UTC", type: "date", value: to, refusal }}
        set={(value) => set({ to: value })}
      />
      <TextField
        {...{ name: "source", label: "Prices of", value: source, refusal }}
        placeholder="whoever has most"
        set={(value) => set({ source: value })}
      />
    </>
  );
}

function Parameters(
  { form, set, refusal, strategy }: FormParts & { strategy: BacktestStrategy },
) {
  const { parameters } = form.value;
  return (
    <fieldset>
      <legend>Parameters of {strategy.strategy}</legend>
      {Object.entries(strategy.parameters).map(([name, standard]) => (
        <TextField
          key={`${strategy.strategy} ${name}`}
          name={`parameter-${name}`}
          label={wordsOfName(name)}
          value={parameters[name] ?? ""}
          placeholder={String(standard)}
          refusal={refusal}
          numeric
          set={(value) => set({ parameters: { ...parameters, [name]: value } })}
        />
      ))}
      {refusal?.field === "parameters" && <RefusalText refusal={refusal} />}
    </fieldset>
  );
}

/** `barSeconds` is `bar seconds`. */
const wordsOfName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const venueFields = [
  ["balance", "Opening balance", undefined],
  ["latencyMs", "Latency of an order", "ms"],
  ["slippagePoints", "Slippage at the market", "points"],
  ["partialPercent", "Partial fills", "%"],
  ["rejectPercent", "Rejects by the venue", "%"],
  ["spreadPoints", "Spread of one-sided bars", "points"],
  ["seed", "Seed of chance", undefined],
] as const;
const same = (names: readonly string[]) => names.map((name) => [name, name] as const);
const carries = [["charge", "charged"], ["none", "none"]] as const;

function VenueFields({ form, set, refusal }: FormParts) {
  const { currency, hours, carry } = form.value;
  const isInside = refusal !== null &&
    [...venueFields.map(([name]) => name), "currency", "hours", "carry"].includes(refusal.field);
  return (
    <details {...(isInside ? { open: true } : {})}>
      <summary>Account and venue</summary>
      <fieldset aria-label="Account and venue">
        {venueFields.map(([name, label, hint]) => (
          <TextField
            key={name}
            {...{ name, label, hint, refusal, value: form.value[name], numeric: name !== "seed" }}
            set={(value) => set({ [name]: value })}
          />
        ))}
        <ChoiceField
          {...{ name: "currency", label: "Account currency", value: currency, refusal }}
          options={same(accountCurrencies)}
          set={(value) => set({ currency: value })}
        />
        <ChoiceField
          {...{ name: "hours", label: "Trading hours", value: hours, refusal }}
          options={same(tradingHoursNames)}
          set={(value) => set({ hours: value })}
        />
        <ChoiceField
          {...{ name: "carry", label: "Overnight financing", value: carry, refusal }}
          options={carries}
          set={(value) => set({ carry: value })}
        />
      </fieldset>
    </details>
  );
}
