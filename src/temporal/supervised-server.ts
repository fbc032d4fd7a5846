import { createServer } from 'node:net';
import type { Log } from '../app/deps.js';
import { supervise } from '../supervise.js';
import { type DevServer, type DevServerOptions, startDevServer } from './dev-server.js';

/**
 * The embedded Temporal server, which restarts when it dies: at the same ports and on the same database, so that every connection and link
 * finds it again.
 */
export interface SupervisedServer extends Pick<DevServer, 'address' | 'uiUrl' | 'namespace' | 'isNew'> {
  /** False from its death until it serves again. */
  isUp(): boolean;
  stop(): Promise<void>;
}

/** Throws as `startDevServer` does when the first start fails. */
export async function superviseDevServer(options: DevServerOptions, log: Log): Promise<SupervisedServer> {
  const wantedUi = options.uiPort;
  const uiPort = wantedUi && !(await isFree(wantedUi)) ? 0 : wantedUi;
  const first = { ...options, ...(uiPort === undefined ? {} : { uiPort }) };
  const server = await supervise<DevServer>(
    'The embedded Temporal server',
    (before) => startDevServer(before === null ? first : { ...first, ...portsOf(before) }),
    log,
  );
  const { address, uiUrl, namespace, isNew } = server.current();
  return { address, uiUrl, namespace, isNew, isUp: server.isUp, stop: server.stop };
}

function portsOf({ address, uiUrl }: DevServer): Pick<DevServerOptions, 'port' | 'uiPort'> {
  return { port: portOf(`http://${address}`), uiPort: uiUrl === null ? null : portOf(uiUrl) };
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
