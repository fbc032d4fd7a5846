import type { Log } from '../app/deps.js';
import { Bell } from '../bell.js';

/** Work that comes again and again beside everything else. The list of them: `loops.ts`. */
export interface Loop {
  /** As `sojourn_loop_last_success_seconds` calls it. */
  readonly name: string;
  /** Real milliseconds between the end of one round and the beginning of the next. */
  readonly everyMs: number;
  readonly work: () => Promise<unknown>;
  /** What the log says when it begins to fail. It is tried again with the next round. */
  readonly failure: string;
}

/**
 * Runs each of them by itself, the first round at once, one round of it at a time. What fails is said once, and again when it works; so a
 * store that is away does not fill the log. Answers what stops them: no further round begins, and the ones under way come to their end.
 */
export function runLoops(
  loops: readonly Loop[],
  told: { readonly log: Log; readonly onSuccess?: (name: string) => void },
): () => Promise<void> {
  const bells = loops.map((loop) => ({ loop, bell: new Bell() }));
  const lives = bells.map(({ loop, bell }) => live(loop, bell, told));
  return async () => {
    for (const { bell } of bells) bell.end();
    await Promise.all(lives);
  };
}

async function live(
  { name, everyMs, work, failure }: Loop,
  bell: Bell,
  { log, onSuccess }: { readonly log: Log; readonly onSuccess?: (name: string) => void },
): Promise<void> {
  let failed = 0;
  do {
    try {
      await work();
      onSuccess?.(name);
      if (failed > 0) log.info({ loop: name, failed }, 'A background loop works again.');
      failed = 0;
    } catch (error) {
      failed += 1;
      if (failed === 1) log.error({ loop: name, error: error instanceof Error ? error.name : 'unknown' }, failure);
    }
  } while (await bell.wait(everyMs));
}
