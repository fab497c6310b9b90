/** The kill switch: says what it will do, then does it, and lets go again. */

import { type Signal, useSignal } from "@preact/signals";
import type { KillState } from "../../../../../../shared/sdk/mod.ts";
import { useRef } from "preact/hooks";
import { useApp } from "../../core/app.ts";
import { Newest } from "../../core/newest.ts";
import { wordsOf } from "../../core/words_of.ts";
import { type KillForm, killProgress, killWords } from "../../risk/kill_form.ts";
import { timeText } from "../../ui/times.ts";
import { usePoll } from "../../ui/use_poll.ts";

const everyMs = 1_000;

export function KillSwitch() {
  const app = useApp();
  const { client, router } = app;
  const [kills, readNow] = usePoll(() => client.listKills(), { everyMs });
  return (
    <section class="card kill" aria-label="Kill switch">
      <h2>Kill switch</h2>
      <KillPanel key={`${levelOf(app)} ${router.route.value.symbol}`} done={readNow} />
      <Kills kills={kills.value.value?.kills ?? []} changed={readNow} />
    </section>
  );
}

function KillPanel({ done }: { done(): void }) {
  const app = useApp();
  const form = useSignal<KillForm>({ level: "", state: "halted", flatten: false, reason: "" });
  const plan = useSignal<KillState | null>(null);
  const refusal = useSignal<string | null>(null);
  const newest = useRef(new Newest()).current;
  const ask = async (dryRun: boolean) => {
    const { level, ...rest } = form.value;
    const killId = dryRun ? "plan" : `console-${app.machine.newId()}`;
    const isNewest = newest.askAnew();
    try {
      const kill = { ...rest, level: level || levelOf(app), killId, dryRun };
      const answer = await app.client.kill(kill);
      if (!dryRun) done();
      // A plan of what the form said before must not be agreed to.
      if (!isNewest()) return;
      refusal.value = null;
      plan.value = dryRun ? answer : null;
    } catch (error) {
      refusal.value = wordsOf(error);
    }
  };
  const change = (part: Partial<KillForm>) => {
    newest.turn();
    form.value = { ...form.value, ...part };
    plan.value = null;
  };
  return (
    <form
      class="bar-form"
      onSubmit={(event) => {
        event.preventDefault();
        void ask(plan.value === null);
      }}
    >
      <KillFields form={form} change={change} />
      {plan.value === null
        ? <button type="submit" id="kill-plan">Show what it would do</button>
        : <button type="submit" id="kill" class="send sell">Kill {plan.value.level} now</button>}
      {plan.value !== null && (
        <ul class="notes" role="status">
          {killWords(plan.value).map((words) => <li key={words}>{words}</li>)}
        </ul>
      )}
      {refusal.value !== null && <p class="refusal" role="alert">{refusal}</p>}
    </form>
  );
}

const levelOf = (app: ReturnType<typeof useApp>) =>
  `account:${app.account.account.value?.accountId ?? ""}`;

function KillFields(
  { form, change }: { form: Signal<KillForm>; change(part: Partial<KillForm>): void },
) {
  const app = useApp();
  const own = levelOf(app);
  const instrument = `instrument:${app.router.route.value.symbol}`;
  return (
    <>
      <label>
        Stops
        <select
          id="kill-level"
          value={form.value.level || own}
          onChange={(event) => change({ level: event.currentTarget.value })}
        >
          <option value={own}>{own}</option>
          <option value={instrument}>{instrument}</option>
          <option value="platform">the whole platform</option>
        </select>
      </label>
      <label>
        Takes
        <select
          value={form.value.state}
          onChange={(event) => change({ state: event.currentTarget.value as KillForm["state"] })}
        >
          <option value="halted">no orders at all</option>
          <option value="reduce_only">only what shrinks positions</option>
        </select>
      </label>
      <label>
        Why
        <input
          id="kill-reason"
          required
          maxLength={500}
          value={form.value.reason}
          onInput={(event) => change({ reason: event.currentTarget.value })}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          id="kill-flatten"
          checked={form.value.flatten}
          onChange={(event) => change({ flatten: event.currentTarget.checked })}
        />
        Close the positions too
      </label>
    </>
  );
}

function Kills({ kills, changed }: { kills: readonly KillState[]; changed(): void }) {
  const { client, kept, notices } = useApp();
  const release = async (kill: KillState) => {
    await client.releaseKill(kill.killId, { reason: "released from the console" })
      .catch((error) => notices.say("refused", wordsOf(error)));
    changed();
  };
  if (kills.length === 0) return <p class="dim">Nothing was ever killed.</p>;
  return (
    <ul class="kills">
      {kills.map((kill) => (
        <li key={kill.killId} data-kill={kill.killId} data-status={kill.status}>
          <b>{kill.level}</b> {killProgress(kill)}
          <small>
            {kill.createdAt !== null && timeText(kill.createdAt, kept.habits.value.zone)},{" "}
            {kill.reason}
          </small>
          {kill.status !== "released" && (
            <button type="button" onClick={() => void release(kill)}>Release</button>
          )}
        </li>
      ))}
    </ul>
  );
}
