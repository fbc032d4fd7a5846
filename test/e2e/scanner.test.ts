import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChildInstance, startChild } from '../../examples/instance.js';
import { makeProject, quickCart } from '../support/project.js';
import { fillsCart, sendBatch } from '../support/shop-client.js';
import { cli, entryThat, eventually, isFinished, mailsTo, messagesOf, profileOf, textsTo } from '../support/watching.js';

const browser = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

interface Story {
  readonly interactions: readonly {
    readonly kind: string;
    readonly link: number | null;
    readonly verdict: string;
    readonly reason: string | null;
  }[];
}

let project: string;
let dataFolder: string;
let instance: ChildInstance;

beforeAll(async () => {
  project = await makeProject({ 'quick-cart': quickCart({ idle: 2, wait: 2 }) });
  dataFolder = await mkdtemp(join(tmpdir(), 'sojourn-scanner-'));
  instance = await startChild(dataFolder, { SOJOURN_PROJECT: project, SOJOURN_LOG_LEVEL: 'warn' }, (line) => console.log(line));
});
afterAll(async () => {
  await instance?.stop();
  await Promise.all([project, dataFolder].map((folder) => rm(folder, { recursive: true, force: true })));
});

/** Follows nothing: what the link itself answers is what counts. */
const visit = (address: string, method: 'GET' | 'HEAD' = 'GET') =>
  fetch(address, { method, redirect: 'manual', headers: { 'user-agent': browser } });

test('a gateway that follows every link of every message at once unsubscribes nobody, clicks for nobody and changes no tier; the person who comes after it counts', async () => {
  const [who, ...rest] = fillsCart(30);
  if (who === undefined) throw new Error('Nobody fills a cart.');
  await sendBatch(instance, [{ ...who, traits: { ...who.traits, tracking_allowed: true } }, ...rest]);
  const entry = await entryThat(instance, 'person-30', 'has ended', isFinished);
  const profileId = await profileOf(instance, 'person-30');
  const messages = await messagesOf(instance, entry.id);
  const mails = await mailsTo(instance, 'person-30@example.test');
  const texts = await textsTo(instance, '+447700900030');
  expect([mails.length, texts.length]).toEqual([2, 1]);
  const seen = async () => {
    const consents = await instance.get<unknown>(`/v1/profiles/${profileId}/consents`);
    const { tier, score, engagedAt } = await instance.get<{ tier: string; score: { contributions: unknown[] }; engagedAt: unknown }>(
      `/v1/profiles/${profileId}/engagement`,
    );
    return { consents, tier, engagedAt, contributions: score.contributions.map((one) => JSON.stringify(one).replace(/[\d.]+/g, 'n')) };
  };
  const stories = () => Promise.all([...messages.values()].map(({ id }) => instance.get<Story>(`/v1/messages/${id}`)));
  const before = await seen();

  // Long enough after delivery that haste alone does not give it away.
  await sleep(4000);
  const ofMails = mails.flatMap(({ HTML, Text, ListUnsubscribe }) => [
    ...[...HTML.matchAll(/(?:href|src)="(http[^"]+)"/g)].map(([, address]) => (address ?? '').replaceAll('&amp;', '&')),
    ...(Text.match(/https?:\/\/\S+/g) ?? []),
    ...ListUnsubscribe.Links.filter((link) => link.startsWith('http')),
  ]);
  const own = [...new Set([...ofMails, ...texts.flatMap(({ body }) => body.match(/https?:\/\/\S+/g) ?? [])])].filter((address) =>
    address.startsWith(instance.publicUrl),
  );
  for (const path of ['/l/', '/o/', '/u/', '/p/', '/c/'])
    expect(
      own.filter((address) => address.includes(path)),
      path,
    ).not.toEqual([]);
  await Promise.all(own.flatMap((address) => [visit(address, 'HEAD'), visit(address)]));
  // The housekeeping that takes the rest for a person's comes every five seconds.
  await sleep(8000);

  const scanned = (await stories()).flatMap(({ interactions }) => interactions);
  expect(scanned.length).toBeGreaterThan(10);
  expect(scanned.filter(({ verdict }) => verdict !== 'machine')).toEqual([]);
  expect(await seen()).toEqual(before);

  const first = messages.get('first')?.id ?? '';
  const link = own.find((address) => address.includes(`/l/1.${first}.`)) ?? '';
  expect((await visit(link)).status).toBe(302);
  const engagement = await eventually('the click of a person', async () => {
    const { score } = await instance.get<{ score: { contributions: readonly { signal: string; points: number }[] } }>(
      `/v1/profiles/${profileId}/engagement`,
    );
    return score.contributions.find(({ signal }) => signal === 'human_click');
  });
  expect(engagement.points).toBeCloseTo(3, 1);
  expect(await cli(instance, 'message', 'why', first)).toContain('Link 1 was followed, by a person.');
});
