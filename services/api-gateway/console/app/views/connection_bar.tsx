/** Says so, unmistakably, when what is on the screen is old. */

import { useApp } from "../core/app.ts";

export function ConnectionBar() {
  const { feed, account, session } = useApp();
  const health = feed.health.value;
  if (session.state.value.state === "ended") {
    return <Bar text="The session has ended. Prices and account stand still until you sign in." />;
  }
  if (health.state === "lost") {
    return <Bar text={`Connection lost (${health.reason}). Prices are old. Reconnecting…`} />;
  }
  if (health.state === "refused") return <Bar text="The feed refused the key. Sign in again." />;
  if (!account.healthy.value) return <Bar text="The account cannot be read. Trying again…" />;
  return null;
}

const Bar = ({ text }: { text: string }) => <div class="lost" role="alert">{text}</div>;
