import { createServer } from 'node:net';
import type { Log } from '../app/deps.js';
import { type DevServer, type DevServerOptions, startDevServer } from './dev-server.js';

/** The embedded Temporal server, started anew when it dies: at the same ports and on the same database, so that every connection and link finds it again. */
export interface SupervisedServer extends Pick<DevServer, 'address' | 'uiUrl' | 'namespace' | 'isNew'> {
  /** False from its death until it serves again. */
  isUp(): boolean;
  /** Process id of the server that runs now, or ran last. */
  pid(): number;
  stop(): Promise<void>;
}

const firstDelayMs = 250;
const longestDelayMs = 30_000;
/** Who ran for so long begins with the first delay again. */
const steadyMs = 60_000;

/** Throws as `startDevServer` does when the first start fails. */
export async function superviseDevServer(options: DevServerOptions, log: Log): Promise<SupervisedServer> {
  const wantedUi = options.uiPort;
  const uiPort = wantedUi && !(await isFree(wantedUi)) ? 0 : wantedUi;
  const first = await startDevServer({ ...options, ...(uiPort === undefined ? {} : { uiPort }) });
  const again = { ...options, port: portOf(`http://${first.address}`), uiPort: first.uiUrl === null ? null : portOf(first.uiUrl) };
  const patience = new Patience();
  let server = first;
  let isUp = true;

  const life = (async () => {
    let delayMs = firstDelayMs;
    for (;;) {
      const startedAt = performance.now();
      const how = await server.ended;
      if (how === null) return;
      isUp = false;
      log.error({}, `${how} It is started anew; meanwhile events are taken.`);
      if (performance.now() - startedAt > steadyMs) delayMs = firstDelayMs;
      const next = await startAgain();
      if (next === null) return;
      server = next;
      isUp = true;
      log.info({ pid: next.pid }, 'The embedded Temporal server serves again.');
    }

    async function startAgain(): Promise<DevServer | null> {
      while (await patience.wait(delayMs)) {
        delayMs = Math.min(delayMs * 2, longestDelayMs);
        try {
          const started = await startDevServer(again);
          if (!patience.isOver) return started;
          await started.stop();
        } catch (error) {
          log.error({}, error instanceof Error ? error.message : 'The embedded Temporal server did not come up.');
        }
      }
      return null;
    }
  })();

  return {
    address: first.address,
    uiUrl: first.uiUrl,
    namespace: first.namespace,
    isNew: first.isNew,
    isUp: () => isUp,
    pid: () => server.pid,
    stop: async () => {
      patience.end();
      await server.stop();
      await life;
    },
  };
}

/** Waits that end at once when all is over. */
class Patience {
  isOver = false;
  #wakeUp: () => void = () => {};

  /** False: it is over. */
  async wait(ms: number): Promise<boolean> {
    if (!this.isOver) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return !this.isOver;
  }

  end(): void {
    this.isOver = true;
    this.#wakeUp();
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** Nothing listens there on this machine. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
