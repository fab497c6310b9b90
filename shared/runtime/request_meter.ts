/**
 * Durations of requests as a Prometheus histogram. Its own, since every request pays for it: the
 * client library hashes the labels anew each time, this keeps the series at hand.
 */

import type { Metric } from "prom-client";
import { durationBuckets, type Metrics } from "./metrics.ts";

interface Series {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  /** Per bucket, and beyond the last; not cumulative. */
  readonly counts: Float64Array;
  sum: number;
}

export interface RequestMeter {
  /** `ms`: from request to response. */
  observe(route: string, request: { method: string; status: number; ms: number }): void;
}

const name = "spotwire_http_request_duration_seconds";
const help = "Time from request to response, by route, method and status";
const bucketsMs = durationBuckets.map((seconds) => seconds * 1_000);
/** Methods as labels; a client's inventions are one, or each would be a series. */
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export function createRequestMeter({ registry }: Metrics): RequestMeter {
  const routes = new Map<string, Map<string, Map<number, Series>>>();
  const seriesOf = (route: string, given: string, status: number): Series => {
    const method = methods.has(given) ? given : "other";
    const byMethod = getOrAdd(routes, route, () => new Map<string, Map<number, Series>>());
    const byStatus = getOrAdd(byMethod, method, () => new Map<number, Series>());
    return getOrAdd(byStatus, status, () => ({
      route,
      method,
      status,
      counts: new Float64Array(bucketsMs.length + 1),
      sum: 0,
    }));
  };
  const get = () => {
    const all = [...routes.values()].flatMap((one) => [...one.values()])
      .flatMap((one) => [...one.values()]);
    return Promise.resolve({ name, help, type: "histogram", values: all.flatMap(valuesOf) });
  };
  registry.registerMetric({ name, help, get, reset: () => routes.clear() } as unknown as Metric);
  return {
    observe(route, { method, status, ms }) {
      const series = seriesOf(route, method, status);
      let at = 0;
      while (at < bucketsMs.length && ms > bucketsMs[at]!) at++;
      series.counts[at]!++;
      series.sum += ms / 1_000;
    },
  };
}

/** The series as the registry prints it: cumulative buckets, sum and count. */
function valuesOf({ route, method, status, counts, sum }: Series) {
  const labels = { route, method, status: String(status) };
  let total = 0;
  const buckets = [...durationBuckets, "+Inf"].map((le, at) => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le },
    value: total += counts[at]!,
  }));
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ];
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = make());
  return value;
}
