/** The rules of each level: their state and limits, changed whole with a reason. */

import { useSignal } from "@preact/signals";
import type { RiskRule } from "../../../../../../shared/sdk/mod.ts";
import { useRef } from "preact/hooks";
import { useApp } from "../../core/app.ts";
import { Newest } from "../../core/newest.ts";
import { wordsOf } from "../../core/words_of.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { timeText } from "../../ui/times.ts";
import { usePoll } from "../../ui/use_poll.ts";
import { StateWord } from "./account_risk.tsx";
import { type LimitName, limitNames, limitsOf, textsOf } from "./limits.ts";

const everyMs = 3_000;
const states = ["active", "reduce_only", "halted"] as const;

export function Rules() {
  const { client, kept, account, router, notices } = useApp();
  const [rules, readNow] = usePoll(() => client.listRiskRules(), { everyMs });
  const edited = useSignal<RiskRule | null>(null);
  const level = useSignal("");
  const own = `account:${account.account.value?.accountId ?? ""}`;
  const newest = useRef(new Newest()).current;
  const open = async (wanted: string) => {
    const isNewest = newest.askAnew();
    await client.getRiskRule(wanted).then(
      (rule) => isNewest() && (edited.value = rule),
      (error) => notices.say("refused", wordsOf(error)),
    );
  };
  const found = rules.value.value?.rules ?? [];
  return (
    <section class="card" aria-label="Rules">
      <header>
        <h2>Rules</h2>
        <select
          aria-label="Level"
          value={level.value || own}
          onChange={(event) => (level.value = event.currentTarget.value)}
        >
          {[own, `instrument:${router.route.value.symbol}`, "platform"].map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <button type="button" id="edit-rule" onClick={() => void open(level.value || own)}>
          Set its rule
        </button>
      </header>
      {found.length === 0
        ? <p class="dim">No level has a rule: everything may be traded.</p>
        : (
          <ul class="kills">
            {found.map((rule) => (
              <li key={rule.level}>
                <b>{rule.level}</b> <StateWord state={rule.state} />
                <span>
                  {Object.entries(textsOf(rule.limits)).map(([name, text]) =>
                    `${limitNames[name as LimitName]} ${text}`
                  ).join("; ") || "no limits"}
                </span>
                <small>
                  {rule.changedAt !== null && timeText(rule.changedAt, kept.habits.value.zone)}
                </small>
                <button type="button" onClick={() => void open(rule.level)}>Change</button>
              </li>
            ))}
          </ul>
        )}
      {edited.value !== null && (
        <EditRule
          rule={edited.value}
          close={() => {
            edited.value = null;
            readNow();
          }}
        />
      )}
    </section>
  );
}

function EditRule({ rule, close }: { rule: RiskRule; close(): void }) {
  const { client } = useApp();
  const texts = useSignal(textsOf(rule.limits));
  const state = useSignal(rule.state);
  const reason = useSignal("");
  const refusal = useSignal<string | null>(null);
  const save = async (event: Event) => {
    event.preventDefault();
    try {
      await client.putRiskRule(rule.level, {
        version: rule.version,
        state: state.value,
        limits: limitsOf(texts.value),
        reason: reason.value,
      });
      close();
    } catch (error) {
      refusal.value = wordsOf(error);
    }
  };
  return (
    <Dialog title={`Rule of ${rule.level}`} onClose={close}>
      <form class="rule-form" onSubmit={save}>
        <label>
          Takes
          <select
            value={state}
            onChange={(event) => (state.value = event.currentTarget.value as RiskRule["state"])}
          >
            {states.map((one) => <option key={one} value={one}>{one.replaceAll("_", " ")}</option>)}
          </select>
        </label>
        {(Object.keys(limitNames) as LimitName[]).map((name) => (
          <label key={name}>
            {limitNames[name]}
            <input
              id={`limit-${name}`}
              value={texts.value[name] ?? ""}
              placeholder="no limit"
              onInput={(
                event,
              ) => (texts.value = { ...texts.value, [name]: event.currentTarget.value })}
            />
          </label>
        ))}
        <label>
          Why
          <input
            required
            value={reason}
            onInput={(event) => (reason.value = event.currentTarget.value)}
          />
        </label>
        {refusal.value !== null && <p class="refusal" role="alert">{refusal}</p>}
        <button type="submit">Set the rule</button>
      </form>
    </Dialog>
  );
}
