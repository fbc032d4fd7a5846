import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { packageFolder, startChild } from '../../examples/instance.js';
import { cli, mailsTo } from '../support/watching.js';

test('the tour shows a mail and the order that ends the series, on the instance that runs, as often as one likes', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'sojourn-e2e-'));
  // The repository's own project: the journey that README tells of.
  const instance = await startChild(dataFolder, { SOJOURN_CLOCK_RATE: '3600' });
  try {
    for (let run = 0; run < 2; run += 1) {
      const told = await cli(instance, 'tour');
      const [, link = ''] = /(http:\S+\/view\/\S+)/.exec(told) ?? [];
      expect((await fetch(link)).status).toBe(200);
      expect(told).toMatch(/Ended converted/);
      expect(told).toMatch(/a-day: Exits the journey \(order-paid\)/);
      const [, person = ''] = /Ada \(tour-(\w+)\)/.exec(told) ?? [];
      expect(await mailsTo(instance, `ada.${person}@example.com`)).toHaveLength(1);
    }
  } finally {
    await instance.stop();
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
  }
});

test('where nothing runs, it starts an instance of its own, apart from the settings around it, and throws it away', async () => {
  const program = join(packageFolder(), 'bin', 'sojourn.mjs');
  // Nothing listens there: a tour that took the shop's database would fail.
  const env = {
    ...process.env,
    SOJOURN_DATA: join(tmpdir(), 'sojourn-none'),
    DATABASE_URL: 'postgres://127.0.0.1:1/shop',
    SOJOURN_SECRET: 'x'.repeat(32),
  };
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--json', 'tour'], { env, cwd: packageFolder() });
  const told = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { readonly outcome: string; readonly mailUrl: string };
  expect(told.outcome).toBe('converted');
  await expect(fetch(told.mailUrl)).rejects.toThrow();
});
