import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildInstance } from '../../examples/instance.js';
import { resolveTemporalBinary } from '../../src/temporal/binary.js';
import { type DevServer, startDevServer } from '../../src/temporal/dev-server.js';
import { freePort } from '../../src/temporal/free-port.js';
import { quickCart } from '../support/project.js';
import { fillsCart, orders, sendBatch } from '../support/shop-client.js';
import { badEnds, disagreements, readAccounts, sentMessages, unfinished } from './accounts.js';
import { type Campaign, until } from './campaign.js';
import type { Scene } from './scene.js';

const before = 40;
/** Of those, so many order meanwhile; with the carts of the others that makes 500 events. */
const ordering = 20;
const meanwhile = 120;
const awayMs = 30_000;

/**
 * Temporal is another's server and goes away for a while. The shop notices nothing; people get their messages late, and those who ordered
 * get none.
 */
export const temporalAway: Campaign = {
  name: 'temporal-away',
  title: 'Temporal away for 30 s while 500 events arrive',
  journeys: { 'quick-cart': quickCart({ idle: 3, wait: 20 }) },
  limitMs: 300_000,
  async run(scene) {
    const port = await freePort();
    let server = await startServer(scene, port);
    scene.onClose(() => server.stop());
    const instance = await scene.start({ TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: server.namespace });
    await until('Temporal is reached', 60_000, async () => (await readiness(instance)).status === 'ok');
    for (let first = 1; first <= before; first += 20)
      await sendBatch(instance, Array.from({ length: 20 }, (_, i) => fillsCart(first + i)).flat());
    await until('the first emails left', 60_000, async () => (await sentMessages(instance)) === before, 250);

    await server.stop();
    scene.say('Temporal is away.');
    const began = performance.now();
    const seen: Readiness[] = [];
    let isBack = false;
    const watching = (async () => {
      for (; !isBack; await sleep(250)) seen.push({ ...(await readiness(instance)), afterMs: performance.now() - began });
    })();
    let events = 0;
    let slowestMs = 0;
    const send = async (calls: Parameters<typeof sendBatch>[1]): Promise<void> => {
      const sentAt = performance.now();
      await sendBatch(instance, calls);
      slowestMs = Math.max(slowestMs, performance.now() - sentAt);
      events += calls.length;
    };
    for (let i = 1; i <= ordering; i += 1) await send([orders(i)]);
    for (let i = 1; i <= meanwhile; i += 1) {
      await send(fillsCart(before + i));
      await sleep(Math.max(0, (awayMs * 0.9 * i) / meanwhile - (performance.now() - began)));
    }
    await sleep(Math.max(0, awayMs - (performance.now() - began)));
    isBack = true;
    await watching;
    scene.say(`${events} events were taken. Temporal comes back.`);
    server = await startServer(scene, port);
    const backAt = performance.now();
    await until('/readyz is ok again', 60_000, async () => (await readiness(instance)).status === 'ok');
    const okAfterMs = performance.now() - backAt;
    await until('every entry ends', 180_000, async () => (await unfinished(instance)) === 0, 1_000);
    await sleep(1_500);

    const accounts = await readAccounts(instance);
    const degradedAfterMs = seen.find(({ status }) => status === 'degraded')?.afterMs ?? Number.POSITIVE_INFINITY;
    const later = seen.filter(({ afterMs }) => afterMs > degradedAfterMs);
    const problems = [
      ...badEnds(accounts.entries, { completed: before - ordering + meanwhile, converted: ordering }),
      ...disagreements(accounts),
    ];
    const expected = ordering + (before - ordering + meanwhile) * 3;
    if (accounts.messages.length !== expected) problems.push(`There are ${accounts.messages.length} messages where ${expected} should be.`);
    if (events !== 500) problems.push(`${events} events were sent.`);
    if (degradedAfterMs > 10_000) problems.push(`/readyz said "degraded" after ${Math.round(degradedAfterMs)} ms only.`);
    for (const { code, status, afterMs } of seen)
      if (code !== 200) problems.push(`/readyz answered ${code} (${status}) after ${Math.round(afterMs)} ms.`);
    const notDegraded = later.filter(({ status }) => status !== 'degraded').length;
    if (notDegraded > 0) problems.push(`/readyz did not say "degraded" ${notDegraded} times of ${later.length} while Temporal was away.`);
    return {
      seen: {
        'events taken while away': events,
        'slowest answer to a batch': `${Math.round(slowestMs)} ms`,
        '/readyz degraded after': `${(degradedAfterMs / 1000).toFixed(1)} s`,
        '/readyz asked, answers 200': `${seen.length}, ${seen.filter(({ code }) => code === 200).length}`,
        '/readyz ok again after': `${(okAfterMs / 1000).toFixed(1)} s`,
        'entries completed': accounts.entries.filter(({ outcome }) => outcome === 'completed').length,
        'entries ended by an order that came meanwhile': accounts.entries.filter(({ outcome }) => outcome === 'converted').length,
        'messages sent': accounts.messages.length,
        'mails and texts that came': `${accounts.mails.length}, ${accounts.texts.length}`,
      },
      problems,
    };
  },
};

async function startServer(scene: Scene, port: number): Promise<DevServer> {
  const binary = await resolveTemporalBinary({ onProgress: scene.say });
  return startDevServer({ binary, dataDir: scene.folder('outside-temporal'), namespace: 'default', port, uiPort: null });
}

interface Readiness {
  readonly code: number;
  readonly status: string;
  readonly afterMs: number;
}

async function readiness({ running }: ChildInstance): Promise<Readiness> {
  const response = await fetch(`${running.apiUrl}/readyz`);
  const { status } = (await response.json()) as { status: string };
  return { code: response.status, status, afterMs: 0 };
}
