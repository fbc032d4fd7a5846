import type { Log } from '../app/deps.js';

/** What ends the parts that have started, in the order of their start. */
export type Stops = (() => Promise<void>)[];

/** Ends them in the reverse order. One that fails is told in the log and keeps none of the others. */
export async function stopAll(stops: Stops, log: Log): Promise<void> {
  for (const stop of stops.toReversed()) {
    await stop().catch((error: unknown) =>
      log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'A part did not stop cleanly.'),
    );
  }
}
