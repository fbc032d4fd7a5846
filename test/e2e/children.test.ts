import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mailboxIds } from '../../examples/arrived.js';
import { type ChildInstance, startChild } from '../../examples/instance.js';
import { makeProject, quickCart } from '../support/project.js';
import { fillsCart, sendBatch } from '../support/shop-client.js';
import { eventually, isFinished, type SeenEntry, type SeenMessage } from '../support/watching.js';

let folders: string[];
let instance: ChildInstance;

beforeAll(async () => {
  const project = await makeProject({ 'quick-cart': quickCart({ idle: 2, wait: 3 }) });
  const dataFolder = await mkdtemp(join(tmpdir(), 'sojourn-e2e-'));
  folders = [project, dataFolder];
  instance = await startChild(dataFolder, { SOJOURN_PROJECT: project, SOJOURN_LOG_LEVEL: 'warn' });
});
afterAll(async () => {
  await instance?.stop();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 })));
});

interface Readiness {
  readonly status: string;
  readonly parts: readonly { readonly name: string; readonly state: string }[];
}
const ready = async (): Promise<Readiness> => (await (await fetch(`${instance.running.apiUrl}/readyz`)).json()) as Readiness;
interface TemporalPids {
  readonly server: number;
  readonly supervisor: number;
}
const pids = async (): Promise<TemporalPids> =>
  JSON.parse(await readFile(join(instance.dataFolder, 'temporal', 'temporal.pid'), 'utf8')) as TemporalPids;

/** The first status that says so; fails beyond ten seconds, in which an operator has to be told. */
async function saysWithin10s(state: string): Promise<string> {
  for (const started = performance.now(); ; await sleep(100)) {
    const { status, parts } = await ready();
    if (parts.find(({ name }) => name === 'temporal')?.state === state) return status;
    expect(performance.now() - started).toBeLessThan(10_000);
  }
}

test.each(['server', 'supervisor'] as const)(
  'the Temporal %s is killed under a stream of events: all are taken, status tells the truth, it comes back, every series ends',
  async (which) => {
    const before = (await instance.all<SeenEntry>('/v1/entries')).length;
    let stopped = false;
    let sent = 0;
    const stream = (async () => {
      while (!stopped || sent < 20) {
        sent += 1;
        // Throws for anything but 200.
        await sendBatch(instance, fillsCart((which === 'server' ? 0 : 500) + sent));
        await sleep(200);
      }
    })();
    await sleep(1_000);

    const old = await pids();
    process.kill(old[which], 'SIGKILL');
    expect(await saysWithin10s('down')).toBe('degraded');
    await eventually('another server runs', async () => ((await pids().catch(() => old)).server === old.server ? null : true));
    await saysWithin10s('up');
    stopped = true;
    await stream;

    const entries = await eventually('every series has ended', async () => {
      const all = await instance.all<SeenEntry>('/v1/entries');
      return all.length === before + sent && all.every(isFinished) ? all : null;
    });
    expect(new Set(entries.map(({ outcome }) => outcome))).toEqual(new Set(['completed']));
    const emails = (await instance.all<SeenMessage>('/v1/messages')).filter(({ channel }) => channel === 'email');
    expect(emails).toHaveLength(2 * entries.length);
    expect((await mailboxIds(instance)).toSorted()).toEqual(emails.map(({ id }) => id).toSorted());
    expect((await ready()).status).toBe('ok');
  },
);
