/**
 * Milliseconds of the processor that a piece of work takes, which a busy machine hardly makes more: the least of several runs, since noise
 * only adds. `enough`: no more runs once it is as quick as that.
 */
export function processorMs(
  work: () => unknown,
  { runs = 3, enough = 0 }: { readonly runs?: number; readonly enough?: number } = {},
): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs && (run === 0 || best > enough); run += 1) {
    const began = process.cpuUsage();
    work();
    best = Math.min(best, process.cpuUsage(began).user / 1000);
  }
  return best;
}
