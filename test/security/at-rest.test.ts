import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { subKey } from '../../src/domain/keys/sub-key.js';
import { openDataFolder } from '../../src/instance/data-folder.js';
import { textOf } from '../support/repository.js';

let folder: string | null = null;
afterEach(async () => {
  if (folder !== null) await rm(folder, { recursive: true, force: true });
});
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

test('a data folder that was open to others is closed to them, with what lies in it', async () => {
  folder = await mkdtemp(join(tmpdir(), 'sojourn-modes-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'mailbox'), { mode: 0o755 });
  for (const name of ['secret', 'keys.json', 'running.json']) await writeFile(join(folder, name), name, { mode: 0o644 });

  await openDataFolder(folder);
  expect(await modeOf(folder)).toBe(0o700);
  expect(await modeOf(join(folder, 'mailbox'))).toBe(0o700);
  for (const name of ['secret', 'keys.json', 'running.json']) {
    expect(await modeOf(join(folder, name))).toBe(0o600);
    expect(await readFile(join(folder, name), 'utf8')).toBe(name);
  }
  await openDataFolder(join(folder, 'new'));
  expect(await modeOf(join(folder, 'new'))).toBe(0o700);
});

test('the local phone gets a key of its own, from which nobody finds the secret', () => {
  const secret = 'a secret of the installation';
  expect(subKey(secret, 'local-phone')).toMatch(/^[\w-]{43}$/);
  expect(subKey(secret, 'local-phone')).toBe(subKey(secret, 'local-phone'));
  expect(subKey(`${secret}!`, 'local-phone')).not.toBe(subKey(secret, 'local-phone'));
  expect(textOf('src/instance/providers.ts') + textOf('src/instance/local-parts.ts')).not.toMatch(
    /authToken: secret|AUTH_TOKEN \?\? secret/,
  );
});

interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

test('compose has no password that everybody knows, and names its images by digest', () => {
  const { services } = parse(textOf('docker-compose.yml')) as { readonly services: Readonly<Record<string, Service>> };
  for (const [name, { image, environment = {} }] of Object.entries(services)) {
    if (image !== undefined)
      expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d+\.\d+(\.\d+)?(-alpine)?@sha256:[0-9a-f]{64}$/)]);
    for (const [key, value] of Object.entries(environment))
      if (/PASSWORD|PWD|SECRET|DATABASE_URL/.test(key)) expect([key, value]).toEqual([key, expect.not.stringMatching(/:-/)]);
  }
  const bases = textOf('Dockerfile').match(/^FROM .*$/gm) ?? [];
  expect(bases.length).toBeGreaterThan(1);
  for (const base of bases) expect(base).toMatch(/^FROM node:\d+\.\d+\.\d+-[a-z-]+@sha256:[0-9a-f]{64}( AS [a-z]+)?$/);
});
