import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startInstance } from '../../src/instance/compose.js';
import { readConfig } from '../../src/settings/config.js';
import { silentLog } from '../support/log.js';
import { createServerDatabase } from '../support/stores.js';

let folder: string;
let taken: Server;
let takenPort: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sojourn-faults-'));
  await writeFile(join(folder, 'file'), '');
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  takenPort = String(typeof address === 'object' ? address?.port : 0);
});
afterAll(async () => {
  taken.close();
  await rm(folder, { recursive: true, force: true });
});

const base = () => ({
  SOJOURN_DATA: join(folder, 'data'),
  SOJOURN_PORT: '0',
  SOJOURN_MAILBOX_PORT: '0',
  SOJOURN_SMTP_PORT: '0',
  SOJOURN_PHONE_PORT: '0',
  SOJOURN_ROLE: 'api',
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  DATABASE_URL: 'postgres://127.0.0.1:1/sojourn',
  SOJOURN_SECRET: 'thirty-two-characters-or-so-12345',
});

test.each<[string, () => Readonly<Record<string, string>>, RegExp]>([
  [
    'a database where nothing listens',
    () => ({}),
    /^DATABASE_URL: Nothing listens at 127\.0\.0\.1:1 \(ECONNREFUSED\)\. It is the PostgreSQL/,
  ],
  [
    'a database on a machine with two addresses, neither of which listens',
    () => ({ DATABASE_URL: 'postgres://localhost:1/sojourn' }),
    /^DATABASE_URL: Nothing listens at /,
  ],
  [
    'a database on a machine that there is not',
    () => ({ DATABASE_URL: 'postgres://db.invalid/sojourn' }),
    /^DATABASE_URL: .*db\.invalid.*\((ENOTFOUND|EAI_AGAIN)\)/,
  ],
  ['a data folder below a file', () => ({ SOJOURN_DATA: join(folder, 'file', 'data') }), /^SOJOURN_DATA: .*(ENOTDIR|EEXIST)/],
  ['a data folder that is a file', () => ({ SOJOURN_DATA: join(folder, 'file') }), /^SOJOURN_DATA: .*(ENOTDIR|EEXIST)/],
  ['a project folder that there is not', () => ({ SOJOURN_PROJECT: join(folder, 'nowhere') }), /shop\.yaml/],
])('%s is told by the name of its setting', async (_name, settings, told) => {
  await expect(startInstance(readConfig({ ...base(), ...settings() }), silentLog, () => {})).rejects.toThrow(told);
});

test.each<[string, () => Readonly<Record<string, string>>, RegExp]>([
  ['SOJOURN_SMTP_PORT', () => ({ SOJOURN_SMTP_PORT: takenPort }), /is taken \(EADDRINUSE\)\. Stop what listens there/],
  ['SOJOURN_MAILBOX_PORT', () => ({ SOJOURN_MAILBOX_PORT: takenPort }), /is taken \(EADDRINUSE\)/],
  ['SOJOURN_PHONE_PORT', () => ({ SOJOURN_PHONE_PORT: takenPort }), /is taken \(EADDRINUSE\)/],
  ['SOJOURN_PORT', () => ({ SOJOURN_PORT: takenPort }), /is taken \(EADDRINUSE\)/],
  ['SOJOURN_HOST', () => ({ SOJOURN_HOST: '192.0.2.1' }), /This machine has no address 192\.0\.2\.1/],
  [
    'DKIM_PRIVATE_KEY',
    () => ({ DKIM_PRIVATE_KEY: '@nowhere.pem', DKIM_DOMAIN: 'shop.example', DKIM_SELECTOR: 's' }),
    /There is no nowhere\.pem/,
  ],
])('%s is named where it cannot be', async (name, settings, told) => {
  const { url, drop } = await createServerDatabase();
  try {
    const start = startInstance(readConfig({ ...base(), DATABASE_URL: url, ...settings() }), silentLog, () => {});
    await expect(start).rejects.toThrow(told);
    await expect(start).rejects.toThrow(new RegExp(`^${name}: `));
  } finally {
    await drop();
  }
});
