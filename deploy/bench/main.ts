/** `deno task bench [name …]`: runs the benches named, or all; each ends with one line of JSON. */

import { type BenchResult, formatResult } from "./result.ts";

const benches: Readonly<Record<string, () => Promise<BenchResult>>> = {
  feed: async () => (await import("./feed.ts")).benchFeed(),
  streams: async () => (await import("./streams.ts")).benchStreams(),
  check: async () => (await import("./check.ts")).benchCheck(),
  edge: async () => (await import("./edge.ts")).benchEdge(),
  history: async () => (await import("./history.ts")).benchHistory(),
  load: async () => (await import("./load.ts")).benchLoad(),
  books: async () => (await import("./books.ts")).benchBooks(),
  backtest: async () => (await import("./backtest.ts")).benchBacktest(),
  orders: async () => (await import("./orders.ts")).benchOrders(),
  console: async () => (await import("./console.ts")).benchConsole(),
};

const names = Deno.args.length > 0 ? Deno.args : Object.keys(benches);
const unknown = names.filter((name) => benches[name] === undefined);
if (unknown.length > 0) {
  console.error(`No bench ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}`);
  Deno.exit(2);
}
for (const name of names) console.log(formatResult(await benches[name]!()));
