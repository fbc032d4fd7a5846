import { Bell } from './bell.js';

/** A child process or a thread: what may die without the rest. */
export interface Mortal {
  /** Settles with a sentence for a person when it died by itself, with null after `stop`. */
  readonly ended: Promise<string | null>;
  stop(): Promise<void>;
}

export interface Supervised<T extends Mortal> {
  /** The one that serves now, or served last. */
  readonly current: () => T;
  /** False from its death until it serves again. */
  readonly isUp: () => boolean;
  readonly stop: () => Promise<void>;
}

/** What of a log is needed here. */
interface Log {
  info(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** Who ran for so long begins with the first delay again. */
const steadyMs = 60_000;

/**
 * Keeps a child alive: when it dies it restarts, after a pause that doubles. `start` gets the child before, so that it can take the same
 * ports and files. Throws as `start` does when the first start fails. `name`: as in "The local mailbox".
 */
export async function supervise<T extends Mortal>(name: string, start: (before: T | null) => Promise<T>, log: Log): Promise<Supervised<T>> {
  const bell = new Bell();
  let current = await start(null);
  let isUp = true;

  const life = (async () => {
    let delayMs = firstDelayMs;
    for (;;) {
      const startedAt = performance.now();
      const how = await current.ended;
      if (how === null) return;
      isUp = false;
      log.error({}, `${how} It restarts; meanwhile events are accepted.`);
      if (performance.now() - startedAt > steadyMs) delayMs = firstDelayMs;
      const next = await startAgain();
      if (next === null) return;
      current = next;
      isUp = true;
      log.info({}, `${name} serves again.`);
    }

    async function startAgain(): Promise<T | null> {
      while (await bell.wait(delayMs)) {
        delayMs = Math.min(delayMs * 2, longestDelayMs);
        try {
          const started = await start(current);
          if (!bell.isOver) return started;
          await started.stop();
        } catch (error) {
          log.error({}, error instanceof Error ? error.message : `${name} did not come up.`);
        }
      }
      return null;
    }
  })();

  return {
    current: () => current,
    isUp: () => isUp,
    stop: async () => {
      bell.end();
      await current.stop();
      await life;
    },
  };
}
