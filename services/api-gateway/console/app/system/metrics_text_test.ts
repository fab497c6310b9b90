import { assertEquals } from "@std/assert";
import { partFigures, readMetrics, routeLoads } from "./metrics_text.ts";

const page = `# HELP spotwire_feed_sockets Open sockets
spotwire_feed_sockets{service="api-gateway"} 3
spotwire_http_request_duration_seconds_bucket{le="0.1",route="/v1/quotes",method="GET",status="200",service="api-gateway"} 7
spotwire_http_request_duration_seconds_sum{route="/v1/quotes",method="GET",status="200",service="api-gateway"} 0.3
spotwire_http_request_duration_seconds_count{route="/v1/quotes",method="GET",status="200",service="api-gateway"} 9
spotwire_http_request_duration_seconds_sum{route="/v1/quotes",method="GET",status="503",service="api-gateway"} 0.1
spotwire_http_request_duration_seconds_count{route="/v1/quotes",method="GET",status="503",service="api-gateway"} 1
spotwire_odd{text="a \\"quoted\\" one",service="ingest"} 2.5e3
process_cpu_seconds_total 1
`;

Deno.test("requests are summed by route, with those that failed on the platform's side", () => {
  assertEquals(routeLoads(readMetrics(page)), [
    {
      service: "api-gateway",
      method: "GET",
      route: "/v1/quotes",
      requests: 10,
      meanMs: 40,
      failures: 1,
    },
  ]);
});

Deno.test("the parts' own figures are theirs alone", () => {
  const figures = partFigures(readMetrics(page));
  assertEquals([...figures.keys()], ["api-gateway", "ingest"]);
  assertEquals(figures.get("ingest")![0]!.value, 2_500);
  assertEquals(figures.get("api-gateway")!.map((one) => one.value), [3]);
});
