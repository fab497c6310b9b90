// The peer of the history bench: Parquet written, and minute bars made from it, by DuckDB.
// node history_duckdb.mjs parquet <csv of a day> <days> <parquet>; node history_duckdb.mjs bars <parquet>

import { statSync } from "node:fs";
import { createRequire } from "node:module";

// Installed beside this file for the bench only.
const { DuckDBInstance } = createRequire(import.meta.url)("@duckdb/node-api");

const [what, path, days, target] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(":memory:")).connect();

if (what === "parquet") {
  await connection.run(
    `copy (select time + day * 86400000 as time, bid::int4 as bid, ask::int4 as ask
       from read_csv('${path}', header = false, columns = {time: 'BIGINT', bid: 'INTEGER', ask: 'INTEGER'}),
         range(${days}) days(day) order by day, time)
     to '${target}' (format parquet, compression zstd, parquet_version v2)`,
  );
  console.log(JSON.stringify({ bytes: statSync(target).size }));
} else {
  const query = `select time // 60000 as minute, arg_min(bid, time), max(bid), min(bid),
    arg_max(bid, time), count(*) from read_parquet('${path}') group by minute order by minute`;
  let bars = 0;
  const run = async () => {
    const startedAt = performance.now();
    const result = await connection.runAndReadAll(query);
    bars = result.currentRowCount;
    return performance.now() - startedAt;
  };
  await run();
  console.log(JSON.stringify({ ms: await run(), bars }));
}
