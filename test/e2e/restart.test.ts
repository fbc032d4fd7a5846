import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mailboxIds, phoneSids } from '../../examples/arrived.js';
import { type ChildInstance, startChild } from '../../examples/instance.js';
import { makeProject, quickCart } from '../support/project.js';
import { fillsCart, sendBatch } from '../support/shop-client.js';
import { entryThat, eventually, isArmed, isFinished, isWaiting, type SeenEntry, type SeenMessage } from '../support/watching.js';

let project: string;
const folders: string[] = [];
const running = new Set<ChildInstance>();

beforeAll(async () => {
  project = await makeProject({ 'quick-cart': quickCart({ idle: 3, wait: 4 }) });
  folders.push(project);
});

afterAll(async () => {
  await Promise.all([...running].map((instance) => instance.kill()));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 })));
});

describe('an instance that is killed where some are armed and some wait', () => {
  let dataFolder: string;
  let instance: ChildInstance;

  test('goes on where it was when it is started again: every series ends, and nothing is sent twice', async () => {
    dataFolder = await newFolder();
    const killed = await start(dataFolder);
    const early = [1, 2, 3, 4, 5];
    const late = [6, 7, 8, 9, 10];
    for (const index of early) await sendBatch(killed, fillsCart(index));
    for (const index of early) await entryThat(killed, `person-${index}`, 'waits after its first email', isWaiting);
    for (const index of late) await sendBatch(killed, fillsCart(index));
    const armed = await entryThat(killed, 'person-10', 'is armed', isArmed);
    await killed.kill();
    running.delete(killed);

    instance = await start(dataFolder);
    expect(instance.running.apiKey).toBe(killed.running.apiKey);
    const entries = await eventually('ten series that have ended', async () => {
      const all = await instance.all<SeenEntry>('/v1/entries');
      return all.length === 10 && all.every(isFinished) ? all : null;
    });
    expect(new Set(entries.map(({ outcome }) => outcome))).toEqual(new Set(['completed']));
    expect(entries.map(({ id }) => id)).toContain(armed.id);

    const messages = await instance.all<SeenMessage>('/v1/messages');
    const of = (channel: string): readonly SeenMessage[] => messages.filter((message) => message.channel === channel);
    expect([of('email').length, of('sms').length]).toEqual([20, 10]);
    expect((await mailboxIds(instance)).toSorted()).toEqual(
      of('email')
        .map(({ id }) => id)
        .sort(),
    );
    expect((await phoneSids(instance)).toSorted()).toEqual(
      of('sms')
        .map(({ providerId }) => providerId ?? '')
        .sort(),
    );
  });

  test('does not share its data folder with a second one, which says so', async () => {
    await expect(startChild(dataFolder, { SOJOURN_PROJECT: project })).rejects.toThrow(/in use|another (process|Sojourn|running)/i);

    expect((await fetch(`${instance.running.apiUrl}/readyz`)).status).toBe(200);
    expect(existsSync(join(dataFolder, 'running.json'))).toBe(true);
  });

  test('ends with 0 when it is asked to stop, and leaves no running.json', async () => {
    expect(await instance.stop()).toBe(0);
    running.delete(instance);

    expect(existsSync(join(dataFolder, 'running.json'))).toBe(false);
  });
});

test('a sped-up clock never goes back, neither over a kill nor over a clean stop', async () => {
  const dataFolder = await newFolder();
  const settings = { SOJOURN_CLOCK_RATE: '3600', SOJOURN_CLOCK_START: '2030-01-01T08:00:00Z' };

  const first = await start(dataFolder, settings);
  const beforeKill = await first.now();
  expect(beforeKill).toBeGreaterThan(Date.parse('2030-01-01T08:00:00Z'));
  await first.kill();
  running.delete(first);

  const second = await start(dataFolder, settings);
  const afterKill = await second.now();
  expect(afterKill).toBeGreaterThan(beforeKill);
  // Written a few real seconds ahead of use: no more than that is skipped.
  expect(afterKill - beforeKill).toBeLessThan(3600 * 600_000);
  const beforeStop = await second.now();
  expect(await second.stop()).toBe(0);
  running.delete(second);

  const third = await start(dataFolder, settings);
  expect(await third.now()).toBeGreaterThan(beforeStop);
  expect(await third.stop()).toBe(0);
  running.delete(third);
});

async function start(dataFolder: string, settings: Readonly<Record<string, string>> = {}): Promise<ChildInstance> {
  const instance = await startChild(dataFolder, { SOJOURN_PROJECT: project, SOJOURN_LOG_LEVEL: 'warn', ...settings });
  running.add(instance);
  return instance;
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-e2e-'));
  folders.push(folder);
  return folder;
}
