import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveTemporalBinary } from '../../src/temporal/binary.js';
import { downloadedVersion, officialRelease, type Release } from '../../src/temporal/download.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sojourn-binary-'));
});
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await rm(home, { recursive: true, force: true });
});

/** A program that prints a version as the CLI does. */
async function program(path: string, version = 'temporal version 9.9.9 (Server 9.9.9, UI 9.9.9)'): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "${version}"\n`);
  await chmod(path, 0o755);
  return path;
}

const goSum = readFileSync(join(import.meta.dirname, '..', '..', 'tools', 'temporal', 'go.sum'));
const built = (): string =>
  join(home, 'cache', 'sojourn', 'temporal', createHash('sha256').update(goSum).digest('hex').slice(0, 16), 'temporal');
const downloaded = (): string => join(home, 'cache', 'sojourn', 'temporal', 'checked-1.8.2', 'temporal');
/** Nothing answers there: the network refuses. */
const nowhere: Release = { ...officialRelease, url: 'http://127.0.0.1:9' };
const resolve = (env: NodeJS.ProcessEnv, lines: string[] = [], release = nowhere) =>
  resolveTemporalBinary({
    env: { HOME: home, XDG_CACHE_HOME: join(home, 'cache'), PATH: '', ...env },
    onProgress: (line) => lines.push(line),
    release,
  });

test('takes TEMPORAL_CLI_PATH before all else', async () => {
  const named = await program(join(home, 'named'));
  await program(join(home, 'bin', 'temporal'));
  expect(await resolve({ TEMPORAL_CLI_PATH: named, PATH: join(home, 'bin') })).toEqual({
    path: named,
    version: 'temporal version 9.9.9 (Server 9.9.9, UI 9.9.9)',
  });
});

test.each(['/nowhere/temporal', '/bin/true'])('says so when TEMPORAL_CLI_PATH is %s, and looks no further', async (path) => {
  await program(join(home, 'bin', 'temporal'));
  await expect(resolve({ TEMPORAL_CLI_PATH: path, PATH: join(home, 'bin') })).rejects.toThrow(
    `TEMPORAL_CLI_PATH is ${path}, which is not a Temporal CLI that runs here`,
  );
});

test('takes temporal from the path, but no other program of that name', async () => {
  await program(join(home, 'odd', 'temporal'), 'temporal 1.0, a calendar');
  const real = await program(join(home, 'bin', 'temporal'));
  expect(await resolve({ PATH: join(home, 'bin') })).toMatchObject({ path: real });
  await program(built());
  expect(await resolve({ PATH: join(home, 'odd') })).toMatchObject({ path: built() });
});

test('takes what an earlier start downloaded or built, in this order', async () => {
  await program(built());
  expect(await resolve({})).toMatchObject({ path: built() });
  await program(downloaded());
  expect(await resolve({})).toMatchObject({ path: downloaded() });
});

test('takes no notice of what was downloaded without a check by the builds before', async () => {
  await program(join(home, 'cache', 'sojourn', 'temporal', 'download', 'temporal-sdk-typescript-1.24.0'));
  await expect(resolve({})).rejects.toThrow('There is no Temporal server');
});

/** Serves this archive under every name; `right`: with its checksum known. */
async function serving(archive: Buffer, right: boolean): Promise<Release> {
  const server = createServer((_request, response) => response.end(archive));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => new Promise((done) => server.close(() => done(undefined))));
  const checksum = right ? createHash('sha256').update(archive).digest('hex') : '0'.repeat(64);
  const platforms = Object.keys(officialRelease.checksums);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    checksums: Object.fromEntries(platforms.map((name) => [name, checksum])),
  };
}

async function archiveOf(version: string): Promise<Buffer> {
  const folder = join(home, 'made');
  await program(join(folder, 'temporal'), version);
  execFileSync('tar', ['-czf', 'archive.tar.gz', 'temporal'], { cwd: folder });
  return readFileSync(join(folder, 'archive.tar.gz'));
}

test('takes a download only when it is the archive that its checksum names', async () => {
  const archive = await archiveOf('temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)');
  const lines: string[] = [];
  await expect(resolve({}, lines, await serving(archive, false))).rejects.toThrow(/not the archive that its checksum names/);
  expect(existsSync(downloaded())).toBe(false);

  expect(await resolve({}, lines, await serving(archive, true))).toMatchObject({ path: downloaded() });
});

test('downloads the version that Go would build', () => {
  const goMod = readFileSync(join(import.meta.dirname, '..', '..', 'tools', 'temporal', 'go.mod'), 'utf8');
  expect(goMod).toContain(`github.com/temporalio/cli v${downloadedVersion} `);
});

test('says what was tried and what to do when the network refuses and there is no Go', async () => {
  const lines: string[] = [];
  const started = performance.now();
  const refusal = resolve({}, lines);
  await expect(refusal).rejects.toThrow(
    /The download of the Temporal server failed: 127\.0\.0\.1:9 cannot be reached\.\n.*There is no Go toolchain/,
  );
  await expect(refusal).rejects.toThrow('Do one of these: set TEMPORAL_ADDRESS to a server that runs');
  expect(performance.now() - started).toBeLessThan(30_000);
  expect(lines[0]).toMatch(/^Looking for the Temporal server: downloading it/);
});

test('says what Go said when it cannot fetch the modules', async () => {
  const go = join(home, 'bin', 'go');
  await mkdir(dirname(go));
  await writeFile(go, '#!/bin/sh\n[ "$1" = env ] && echo go1.99.0 && exit\necho "go: proxy.example: no route" >&2\nexit 1\n');
  await chmod(go, 0o755);
  await expect(resolve({ PATH: join(home, 'bin') })).rejects.toThrow(
    'Go could not fetch the modules of the Temporal server (is its module proxy, GOPROXY, reachable?): go: proxy.example: no route',
  );
});
