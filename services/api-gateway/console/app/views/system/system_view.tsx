/** How the platform fares: its parts, the way of a price, requests and what went wrong. */

import { useApp } from "../../core/app.ts";
import { partFigures, readMetrics, routeLoads } from "../../system/metrics_text.ts";
import { usePoll } from "../../ui/use_poll.ts";
import { Errors } from "./errors.tsx";
import { PriceWay } from "./price_way.tsx";
import { Parts } from "./parts.tsx";
import { Requests } from "./requests.tsx";
import { Streams } from "./streams.tsx";

const everyMs = 2_000;
const links = [
  ["/docs", "API documentation"],
  ["/openapi.json", "OpenAPI 3.1"],
  ["/asyncapi.json", "AsyncAPI of the feed"],
  ["/metrics", "Metrics for Prometheus"],
] as const;

interface Health {
  readonly ready: boolean;
  readonly words: string;
  readonly metrics: string;
}

export function SystemView() {
  const { client, machine, session } = useApp();
  const [health] = usePoll(() => readHealth(machine.origin), { everyMs });
  const state = session.state.value;
  const isAdmin = state.state === "signed_in" && state.who.permissions.includes("admin");
  const [system] = usePoll(async () => (isAdmin ? await client.getSystem() : null), {
    key: String(isAdmin),
    everyMs,
  });
  const { value, failure } = health.value;
  const samples = readMetrics(value?.metrics ?? "");
  return (
    <div class="page">
      <section class="card" aria-label="State">
        <header>
          <h2>State</h2>
          <span class="st" data-status={value?.ready && failure === null ? "live" : "stale"}>
            {failure === null ? value?.words ?? "asking" : "no answer"}
          </span>
        </header>
        <PriceWay />
        <p class="links">{links.map(([href, title]) => <a key={href} href={href}>{title}</a>)}</p>
      </section>
      {system.value.failure !== null && (
        <p class="refusal" role="alert">Streams and errors: {system.value.failure}</p>
      )}
      {!isAdmin && <p class="empty">Streams and errors need a key with the permission admin.</p>}
      {system.value.value !== null && <Streams streams={system.value.value.streams} />}
      {system.value.value !== null && <Errors errors={system.value.value.errors} />}
      {samples.length > 0 && <Parts figures={partFigures(samples)} />}
      {samples.length > 0 && <Requests loads={routeLoads(samples)} />}
    </div>
  );
}

/** The routes that need no key; behind a proxy that hides them there is nothing to show. */
async function readHealth(origin: string): Promise<Health> {
  const [ready, metrics] = await Promise.all([
    fetch(`${origin}/readyz`),
    fetch(`${origin}/metrics`),
  ]);
  const body = await ready.json();
  const words = ready.ok
    ? `ready: ${body.checks.join(", ")} · version ${body.version}`
    : body.detail ?? `answers ${ready.status}`;
  return { ready: ready.ok, words, metrics: metrics.ok ? await metrics.text() : "" };
}
