/**
 * Asks market data for days of one-minute bars, one request after the other, each read to its end.
 * Days are asked for in turn, so that none is answered from what the last one left in memory.
 * Arguments: port, first day in epoch milliseconds, number of days. Prints a line of JSON.
 */

const [port, firstDay, days] = Deno.args.map(Number) as [number, number, number];
const dayMs = 86_400_000;
const minutesPerDay = 1_440;
const warmUps = 50;
const requests = 400;

export interface MarketClientResult {
  /** The median, and what one request in a hundred exceeds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function requestDay(day: number): Promise<number> {
  const from = firstDay + day * dayMs;
  const query = new URLSearchParams({
    from: new Date(from).toISOString(),
    to: new Date(from + dayMs).toISOString(),
    limit: String(minutesPerDay),
  });
  const startedAt = performance.now();
  const answer = await fetch(`http://127.0.0.1:${port}/v1/instruments/EURUSD/bars?${query}`, {
    headers: { "x-api-key": "bench" },
  });
  const text = await answer.text();
  const ms = performance.now() - startedAt;
  const { bars } = JSON.parse(text);
  if (bars.length !== minutesPerDay) throw new Error(`Expected a day, got ${bars.length} bars`);
  return ms;
}

const times: number[] = [];
for (let n = 0; n < warmUps + requests; n++) {
  const ms = await requestDay(n % days);
  if (n >= warmUps) times.push(ms);
}
times.sort((a, b) => a - b);
const result: MarketClientResult = {
  p50Ms: times[Math.floor(requests / 2)]!,
  p99Ms: times[Math.floor(0.99 * requests)]!,
};
console.log(JSON.stringify(result));
