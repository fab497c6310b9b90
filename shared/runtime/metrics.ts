/** Metrics in the Prometheus text format, each part with a registry of its own. */

import { Counter, Gauge, Histogram, Registry } from "prom-client";

export type { Counter, Gauge, Histogram } from "prom-client";

export interface Metrics {
  readonly registry: Registry;
  /** Names are `spotwire_<what>_<unit>`; a second call with the same name gives the same metric. */
  counter<Label extends string = never>(
    name: string,
    help: string,
    labels?: readonly Label[],
  ): Counter<Label>;
  gauge<Label extends string = never>(
    name: string,
    help: string,
    labels?: readonly Label[] | { labels?: readonly Label[]; collect(this: Gauge<Label>): void },
  ): Gauge<Label>;
  histogram<Label extends string = never>(
    name: string,
    help: string,
    options?: { labels?: readonly Label[]; buckets?: readonly number[] },
  ): Histogram<Label>;
  /** The exposition text of everything registered. */
  text(): Promise<string>;
}

/** Seconds; from what an in-memory answer takes to what a client gives up at. */
export const durationBuckets = [
  0.00025,
  0.0005,
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
] as const;

export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const registers = [registry];
  const up = "spotwire_part_up";
  new Gauge({ name: up, help: "1 while the part runs", registers }).set(1);
  const known = <M>(name: string, create: () => M): M =>
    (registry.getSingleMetric(name) as M | undefined) ?? create();
  return {
    registry,
    counter: (name, help, labels = []) =>
      known(name, () => new Counter({ name, help, labelNames: [...labels], registers })),
    gauge: (name, help, options = []) => {
      const { labels = [], collect } = "collect" in options ? options : { labels: options };
      return known(name, () =>
        new Gauge({
          name,
          help,
          labelNames: [...labels],
          registers,
          ...(collect === undefined ? {} : { collect }),
        }));
    },
    histogram: (name, help, { labels = [], buckets = durationBuckets } = {}) =>
      known(
        name,
        () =>
          new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers }),
      ),
    text: () => registry.metrics(),
  };
}
