/** Sign-in: the demo account by one click where the platform offers it, or a key. */

import { type Signal, useSignal } from "@preact/signals";
import { useApp } from "../core/app.ts";
import { wordsOf } from "../core/words_of.ts";
import { Dialog } from "../ui/dialog.tsx";

export function SignIn(
  { demoAccount, over = false }: { demoAccount: string | null; over?: boolean },
) {
  const { session } = useApp();
  const busy = useSignal(false);
  const refused = useSignal<string | null>(null);
  const enter = async (by: { key: string } | { demo: true }) => {
    busy.value = true;
    refused.value = null;
    try {
      await session.signIn(by);
    } catch (error) {
      refused.value = wordsOf(error);
    } finally {
      busy.value = false;
    }
  };
  const words = over
    ? "Your session has ended. Sign in to go on where you were."
    : "Prices, charts and orders of your own FX platform.";
  const ways = (
    <>
      <p>{words}</p>
      {demoAccount !== null && (
        <>
          <button
            type="button"
            class="primary"
            disabled={busy}
            autofocus
            onClick={() => enter({ demo: true })}
          >
            Open the {demoAccount} account
          </button>
          <p class="or">
            <span>or with a key</span>
          </p>
        </>
      )}
      <KeyForm busy={busy} enter={enter} />
      {refused.value !== null && <p class="refusal" role="alert">{refused}</p>}
      <p class="small">
        The key is sent once and kept nowhere in the page. <a href="/docs">API documentation</a>
      </p>
    </>
  );
  if (over) {
    return (
      <Dialog title="Sign in">
        <div class="ways">{ways}</div>
      </Dialog>
    );
  }
  return (
    <div class="sign-in">
      <main class="ways">
        <h1>Spotwire</h1>
        {ways}
      </main>
    </div>
  );
}

interface KeyFormProps {
  readonly busy: Signal<boolean>;
  enter(by: { key: string }): Promise<void>;
}

function KeyForm({ busy, enter }: KeyFormProps) {
  const key = useSignal("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void enter({ key: key.value });
      }}
    >
      <label for="key">API key</label>
      <input
        id="key"
        type="password"
        autocomplete="current-password"
        spellcheck={false}
        placeholder="sw_…"
        required
        value={key}
        onInput={(event) => (key.value = event.currentTarget.value)}
      />
      <button type="submit" disabled={busy}>Sign in</button>
    </form>
  );
}
