import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type DevServer, startDevServer } from '../../src/temporal/dev-server.js';
import { freePort } from '../../src/temporal/free-port.js';
import { superviseDevServer } from '../../src/temporal/supervised-server.js';
import { until } from '../support/entry-runs.js';
import { silentLog } from '../support/log.js';

let dataDir: string;
const servers: DevServer[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sojourn-dev-server-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await rm(dataDir, { recursive: true, force: true });
});

async function begin(version?: string): Promise<DevServer> {
  const { binary } = inject('temporal');
  const server = await startDevServer({
    binary: { ...binary, version: version ?? binary.version },
    dataDir,
    namespace: 'shop',
    uiPort: null,
  });
  servers.push(server);
  return server;
}

test('keeps its database over a restart, in WAL mode, and leaves no pid file behind', async () => {
  const first = await begin();
  expect(first.isNew).toBe(true);
  expect((await readdir(dataDir)).sort()).toEqual(expect.arrayContaining(['temporal.db', 'temporal.db-wal', 'temporal.pid']));
  await first.stop();
  expect(await first.ended).toBeNull();
  expect(existsSync(join(dataDir, 'temporal.pid'))).toBe(false);

  expect((await begin()).isNew).toBe(false);
});

test('serves a Web UI without looking for news outside', async () => {
  const { binary } = inject('temporal');
  const server = await startDevServer({ binary, dataDir, namespace: 'shop' });
  servers.push(server);
  await until(async () => (await fetch(`${server.uiUrl}/namespaces/shop/workflows`).catch(() => null))?.status === 200);
  expect(await readFile(`/proc/${server.pid}/cmdline`, 'utf8')).toContain('--ui-disable-news-fetch');
});

test('has its Web UI at the port that was wanted, also after it died, and at another where that is taken', async () => {
  const { binary } = inject('temporal');
  const uiPort = await freePort();
  const options = { binary, namespace: 'shop', uiPort };
  const first = await superviseDevServer({ ...options, dataDir }, silentLog);
  const beside = await mkdtemp(join(tmpdir(), 'sojourn-temporal-'));
  try {
    expect(first.uiUrl).toBe(`http://127.0.0.1:${uiPort}`);
    const page = async () => (await fetch(`${first.uiUrl}/namespaces/shop/workflows`).catch(() => null))?.status === 200;
    await until(page);
    const second = await superviseDevServer({ ...options, dataDir: beside }, silentLog);
    expect(second.uiUrl).not.toBe(first.uiUrl);
    await second.stop();
    process.kill((JSON.parse(await readFile(join(dataDir, 'temporal.pid'), 'utf8')) as { server: number }).server, 'SIGKILL');
    await until(async () => !(await page()));
    await until(page);
  } finally {
    await first.stop();
    await rm(beside, { recursive: true, force: true });
  }
});

test('sets aside the database of another server version, and begins a new one', async () => {
  await (await begin('temporal version 1.0.0 (Server 1.20.0)')).stop();
  const server = await begin();
  expect(server.isNew).toBe(true);
  expect((await readdir(dataDir)).filter((name) => name.startsWith('temporal.db.set-aside-'))).toHaveLength(1);
});

test('is in a process group of its own, which Ctrl-C in a terminal does not reach', async () => {
  const server = await begin();
  const groupOf = (pid: number): string => execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  expect(groupOf(server.pid)).not.toBe(groupOf(process.pid));
});

test('says when it ended by itself', async () => {
  const server = await begin();
  process.kill(server.pid, 'SIGKILL');
  expect(await server.ended).toMatch(/^The embedded Temporal server ended with code 137\. Its log/);
});

test('ends with its parent when that is killed', async () => {
  const parent = holdServer();
  const { server } = await pidsOf(parent);
  parent.kill('SIGKILL');
  await until(() => !isAlive(server));
});

test('ends a server that outlived both its parent and its supervisor, and nothing else', async () => {
  const parent = holdServer();
  const { server, supervisor } = await pidsOf(parent);
  process.kill(supervisor, 'SIGKILL');
  await until(() => !isAlive(supervisor));
  expect(isAlive(server)).toBe(true);
  await begin();
  expect(isAlive(server)).toBe(false);
  parent.kill('SIGKILL');
});

test('does not touch a process that was given the old id since', async () => {
  const stranger = spawn('sleep', ['60']);
  await writeFile(join(dataDir, 'temporal.pid'), JSON.stringify({ server: stranger.pid, supervisor: stranger.pid, owner: stranger.pid }));
  await begin();
  expect(isAlive(stranger.pid!)).toBe(true);
  stranger.kill();
});

test('refuses a folder whose server belongs to a process that lives', async () => {
  await begin();
  await expect(begin()).rejects.toThrow(/in use by another running Sojourn \(process \d+\)\. Stop that one, or set SOJOURN_DATA/);
});

/** A process of its own that starts the server as we do, and does nothing else. */
function holdServer(): ChildProcess {
  const script = `
    import { writeFileSync } from 'node:fs';
    import { createServer } from 'vite';
    const [dataDir, binary, root] = process.argv.slice(1);
    const vite = await createServer({ root, configFile: false, logLevel: 'error', server: { middlewareMode: true, ws: false }, optimizeDeps: { noDiscovery: true } });
    const { startDevServer } = await vite.ssrLoadModule('/src/temporal/dev-server.ts');
    await startDevServer({ binary: JSON.parse(binary), dataDir, namespace: 'shop', uiPort: null });
    writeFileSync(dataDir + '/serves', '');
    setInterval(() => {}, 1000);
  `;
  const root = join(import.meta.dirname, '..', '..');
  return spawn(process.execPath, ['--input-type=module', '-e', script, dataDir, JSON.stringify(inject('temporal').binary), root], {
    cwd: root,
    stdio: 'ignore',
  });
}

/** Once the server answers: one that is still coming up may yet fail by itself. */
async function pidsOf(parent: ChildProcess): Promise<{ server: number; supervisor: number }> {
  await until(() => existsSync(join(dataDir, 'serves')) || parent.exitCode !== null);
  return JSON.parse(await readFile(join(dataDir, 'temporal.pid'), 'utf8')) as { server: number; supervisor: number };
}

/** One that has ended but was not waited for (a zombie) counts as ended. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}
