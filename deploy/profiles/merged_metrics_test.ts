import { assertEquals } from "@std/assert";
import { createMetrics } from "../../shared/runtime/metrics.ts";
import { mergedMetrics } from "./merged_metrics.ts";

Deno.test("mergedMetrics() keeps every sample, grouped by name under one header", async () => {
  const [one, two] = [createMetrics("one"), createMetrics("two")];
  one.counter("spotwire_a_total", "A").inc(1);
  one.gauge("spotwire_b", "B").set(2);
  two.counter("spotwire_a_total", "A").inc(3);
  assertEquals(
    await mergedMetrics(one, [two]).text(),
    [
      "# HELP spotwire_part_up 1 while the part runs",
      "# TYPE spotwire_part_up gauge",
      'spotwire_part_up{service="one"} 1',
      'spotwire_part_up{service="two"} 1',
      "",
      "# HELP spotwire_a_total A",
      "# TYPE spotwire_a_total counter",
      'spotwire_a_total{service="one"} 1',
      'spotwire_a_total{service="two"} 3',
      "",
      "# HELP spotwire_b B",
      "# TYPE spotwire_b gauge",
      'spotwire_b{service="one"} 2',
      "",
    ].join("\n"),
  );
});
