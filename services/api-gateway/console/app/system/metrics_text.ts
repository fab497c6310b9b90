/** Reads what a Prometheus page says (text format 0.0.4), as far as the system view shows it. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const linePattern = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const labelPattern = /(\w+)="((?:[^"\\]|\\.)*)"/g;

export function readMetrics(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) continue;
    const match = linePattern.exec(line);
    if (match === null) continue;
    const [, name = "", labelText = "", value = ""] = match;
    const labels = Object.fromEntries(
      [...labelText.matchAll(labelPattern)].map(([, key, text]) => [key!, text!]),
    );
    samples.push({ name, labels, value: Number(value) });
  }
  return samples;
}

export interface RouteLoad {
  readonly service: string;
  readonly route: string;
  readonly method: string;
  readonly requests: number;
  readonly meanMs: number;
  /** Answers of 500 and above. */
  readonly failures: number;
}

const duration = "spotwire_http_request_duration_seconds";

/** Requests by route, the busiest first. */
export function routeLoads(samples: readonly Sample[]): RouteLoad[] {
  const loads = new Map<string, { count: number; seconds: number; failures: number }>();
  for (const { name, labels, value } of samples) {
    if (name !== `${duration}_count` && name !== `${duration}_sum`) continue;
    const key = [labels["service"], labels["method"], labels["route"]].join(" ");
    const load = loads.get(key) ?? { count: 0, seconds: 0, failures: 0 };
    if (name.endsWith("_sum")) load.seconds += value;
    else {
      load.count += value;
      if (Number(labels["status"]) >= 500) load.failures += value;
    }
    loads.set(key, load);
  }
  return [...loads].map(([key, { count, seconds, failures }]) => {
    const [service = "", method = "", route = ""] = key.split(" ");
    const meanMs = count === 0 ? 0 : seconds / count * 1_000;
    return { service, method, route, requests: count, meanMs, failures };
  }).sort((a, b) => b.requests - a.requests);
}

/** Counters and gauges of the platform's own, by service; those of requests and histograms are not. */
export function partFigures(samples: readonly Sample[]): Map<string, Sample[]> {
  const own = samples.filter(({ name, labels }) =>
    name.startsWith("spotwire_") && !name.startsWith(duration) && labels["le"] === undefined &&
    labels["quantile"] === undefined
  );
  return Map.groupBy(own, ({ labels }) => labels["service"] ?? "platform");
}
