import type { Log } from '../app/deps.js';

/** A part of an instance that has started. */
export interface Started {
  /** As the log calls it when it does not stop cleanly: `store`, `doors`. */
  readonly part: string;
  readonly stop: () => Promise<void>;
}

/** The parts that have started, in the order of their start. */
export type Stops = Started[];

/** Ends them in the reverse order. The log names one that fails, and the others still end. */
export async function stopAll(stops: Stops, log: Log): Promise<void> {
  for (const { part, stop } of stops.toReversed()) {
    await stop().catch((error: unknown) =>
      log.warn({ part, error: error instanceof Error ? error.name : 'unknown' }, 'A part did not stop cleanly.'),
    );
  }
}
