/** Waits for a quiet machine: a figure taken beside other work says nothing. */

/** Share of the last half second that the machine did nothing. */
async function idleShare(): Promise<number> {
  const before = await cpuTimes();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = await cpuTimes();
  return (after.idle - before.idle) / (after.total - before.total);
}

async function cpuTimes(): Promise<{ idle: number; total: number }> {
  const text = await Deno.readTextFile("/proc/stat");
  const times = text.slice(0, text.indexOf("\n")).split(/\s+/).slice(1, 9).map(Number);
  return { idle: times[3]! + times[4]!, total: times.reduce((sum, one) => sum + one, 0) };
}

/** Resolves once the machine is quiet, or after a while on one that never is. */
export async function untilIdle({ share = 0.9, msMax = 10_000 } = {}): Promise<void> {
  const end = performance.now() + msMax;
  while (performance.now() < end && await idleShare() < share);
}
