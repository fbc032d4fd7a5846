import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quickCart } from '../support/project.js';
import { fillsCart, sendBatch } from '../support/shop-client.js';
import { badEnds, disagreements, readAccounts, type StoredEntry, sentMessages, unfinished } from './accounts.js';
import { type Campaign, percentile, until } from './campaign.js';

const waiting = 60;
const armed = 40;
const idle = 15;
const wait = 35;
const lateMs = 15_000;

/** Temporal's data is gone. The store is the truth: every open entry goes on to its end, at its time. */
export const temporalLost: Campaign = {
  name: 'temporal-lost',
  title: 'the Temporal data folder deleted while stopped, with entries armed and waiting',
  journeys: { 'quick-cart': quickCart({ idle, wait }) },
  limitMs: 300_000,
  async run(scene) {
    let instance = await scene.start();
    await sendBatch(instance, Array.from({ length: waiting }, (_, i) => fillsCart(i + 1)).flat());
    await until('the first emails left', 90_000, async () => (await sentMessages(instance)) === waiting, 250);
    await sendBatch(instance, Array.from({ length: armed }, (_, i) => fillsCart(waiting + i + 1)).flat());
    await sleep(500);
    const left = await instance.all<StoredEntry>('/v1/entries');
    await scene.stop();
    await rm(join(scene.dataFolder, 'temporal'), { recursive: true });
    scene.say('The Temporal data is deleted.');
    instance = await scene.start();
    const readyAt = Date.now();
    await until('every entry ends', 180_000, async () => (await unfinished(instance)) === 0, 1_000);
    await sleep(1_500);

    const accounts = await readAccounts(instance);
    const { messages } = accounts;
    // Each entry's next message after the restart, against the instant at which the store had promised to look at it.
    const lateness = left.map(({ id, dueAt, state }) => {
      const next = messages.find(({ entryId, step }) => entryId === id && step === (state === 'armed' ? 'first' : 'second'));
      const due = Date.parse(dueAt ?? '');
      const sentAt = Date.parse(next?.acceptedAt ?? '');
      return { early: due - sentAt, late: sentAt - Math.max(due, readyAt) };
    });
    const late = lateness.map((one) => one.late);
    const problems = [...badEnds(accounts.entries, { completed: waiting + armed }), ...disagreements(accounts)];
    if (messages.length !== (waiting + armed) * 3)
      problems.push(`There are ${messages.length} messages where ${(waiting + armed) * 3} should be.`);
    const states = left.map(({ state }) => state);
    if (states.filter((state) => state === 'armed').length !== armed || states.filter((state) => state === 'open').length !== waiting)
      problems.push('The entries were not armed and waiting when the service was stopped: the machine is too slow for this campaign.');
    const early = lateness.filter((one) => !(one.early <= 0)).length;
    if (early > 0) problems.push(`${early} entries went on before their time, or not at all.`);
    if (!(percentile(late, 0.95) <= lateMs)) problems.push(`Entries went on ${Math.round(percentile(late, 0.95))} ms late (p95).`);
    return {
      seen: {
        'entries armed, waiting at the stop': `${armed}, ${waiting}`,
        'entries completed': accounts.entries.filter(({ outcome }) => outcome === 'completed').length,
        'late against due or restart, p50 and p95': `${Math.round(percentile(late, 0.5))} ms, ${Math.round(percentile(late, 0.95))} ms`,
        'messages sent': messages.length,
        'mails and texts that came': `${accounts.mails.length}, ${accounts.texts.length}`,
      },
      problems,
    };
  },
};
