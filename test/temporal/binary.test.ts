import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveTemporalBinary } from '../../src/temporal/binary.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sojourn-binary-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

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
const resolve = (env: NodeJS.ProcessEnv, lines: string[] = []) =>
  resolveTemporalBinary({
    // No proxy answers there: the network refuses.
    env: { HOME: home, XDG_CACHE_HOME: join(home, 'cache'), PATH: '', HTTPS_PROXY: 'http://127.0.0.1:9', ...env },
    onProgress: (line) => lines.push(line),
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
  const downloaded = await program(join(home, 'cache', 'sojourn', 'temporal', 'download', 'temporal-sdk-typescript-1.24.0'));
  expect(await resolve({})).toMatchObject({ path: downloaded });
});

test('says what was tried and what to do when the network refuses and there is no Go', async () => {
  const lines: string[] = [];
  const started = performance.now();
  const refusal = resolve({}, lines);
  await expect(refusal).rejects.toThrow(
    /The download of the Temporal server \(temporal\.download\) failed: .+\n.*There is no Go toolchain/,
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
